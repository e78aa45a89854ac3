package dev.archway.planner.feedback;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.Origin;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How each server is told of a commit's status, as its API's documentation says. Pure. */
final class CommitStatusCalls {
  private static final int LONGEST_TEXT = 140;

  private CommitStatusCalls() {}

  /**
   * @param link where the execution can be seen; null for nowhere
   * @param token the connector's password
   */
  static Call of(Message.CommitStatus message, @Nullable URI link, String token) {
    Origin.Reported commit = message.commit();
    String name = "archway/" + message.about().pipeline();
    String text =
        message.text().length() > LONGEST_TEXT
            ? message.text().substring(0, LONGEST_TEXT - 1) + "…"
            : message.text();
    URI server = URI.create(commit.connector().url());
    String origin = server.getScheme() + "://" + server.getAuthority();
    Map<String, Object> body = new LinkedHashMap<>();
    return switch (commit.provider()) {
      case GITHUB -> {
        // REST API, "Create a commit status".
        body.put("state", word(message.status(), "pending", "success", "failure", "error"));
        body.put("context", name);
        body.put("description", text);
        put(body, "target_url", link);
        String api =
            "github.com".equals(server.getHost()) ? "https://api.github.com" : origin + "/api/v3";
        yield call(
            "%s/repos/%s/statuses/%s".formatted(api, path(commit.repository()), commit.commit()),
            Map.of(
                "Authorization",
                "Bearer " + token,
                "Accept",
                "application/vnd.github+json",
                "X-GitHub-Api-Version",
                "2022-11-28"),
            body);
      }
      case GITEA -> {
        // API, "Create a commit status".
        body.put("state", word(message.status(), "pending", "success", "failure", "error"));
        body.put("context", name);
        body.put("description", text);
        put(body, "target_url", link);
        yield call(
            "%s/api/v1/repos/%s/statuses/%s"
                .formatted(origin, path(commit.repository()), commit.commit()),
            Map.of("Authorization", "token " + token),
            body);
      }
      case GITLAB -> {
        // Commits API, "Set commit pipeline status".
        body.put("state", word(message.status(), "pending", "success", "failed", "canceled"));
        body.put("name", name);
        body.put("description", text);
        put(body, "target_url", link);
        yield call(
            "%s/api/v4/projects/%s/statuses/%s"
                .formatted(
                    origin,
                    URLEncoder.encode(commit.repository(), StandardCharsets.UTF_8),
                    commit.commit()),
            Map.of("PRIVATE-TOKEN", token),
            body);
      }
      case BITBUCKET -> {
        // Cloud REST API, "Create a build status for a commit"; the address is required there.
        body.put("state", word(message.status(), "INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED"));
        body.put("key", name.length() > 40 ? name.substring(0, 40) : name);
        body.put("name", name);
        body.put("description", text);
        body.put("url", link == null ? "https://archway.invalid/" : link.toString());
        String api =
            "bitbucket.org".equals(server.getHost())
                ? "https://api.bitbucket.org/2.0"
                : origin + "/2.0";
        yield call(
            "%s/repositories/%s/commit/%s/statuses/build"
                .formatted(api, path(commit.repository()), commit.commit()),
            Map.of("Authorization", bitbucket(commit.connector(), token)),
            body);
      }
      case GENERIC ->
          throw new IllegalStateException("a generic trigger has no server that could be told");
    };
  }

  private static Call call(String url, Map<String, String> headers, Object body) {
    return new Call(URI.create(url), headers, body, true);
  }

  /** An access token stands for an account of this name (Bitbucket docs, "Access tokens"). */
  private static String bitbucket(Connector.Git connector, String token) {
    String user = connector.username();
    return user == null || user.equals("x-token-auth")
        ? "Bearer " + token
        : "Basic "
            + Base64.getEncoder()
                .encodeToString((user + ":" + token).getBytes(StandardCharsets.UTF_8));
  }

  private static String word(
      Status status, String running, String success, String failed, String stopped) {
    return switch (status) {
      case QUEUED, RUNNING -> running;
      case SUCCESS, SKIPPED, IGNORE_FAILED -> success;
      case FAILED, EXPIRED -> failed;
      case ABORTED -> stopped;
    };
  }

  /** The name comes from a webhook's body: no part of it may lead elsewhere. */
  private static String path(String repository) {
    return Arrays.stream(repository.split("/"))
        .filter(part -> !part.isEmpty() && !part.equals(".") && !part.equals(".."))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8))
        .collect(Collectors.joining("/"));
  }

  private static void put(Map<String, Object> body, String key, @Nullable URI link) {
    if (link != null) {
      body.put(key, link.toString());
    }
  }
}
