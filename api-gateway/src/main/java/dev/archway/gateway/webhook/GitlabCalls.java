package dev.archway.gateway.webhook;

import static dev.archway.gateway.webhook.Json.orEmpty;
import static dev.archway.gateway.webhook.Json.text;

import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.PullRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** GitLab's payloads (GitLab docs, "Webhook events"). Pure. */
final class GitlabCalls {
  private static final Map<String, String> ACTIONS =
      Map.of("open", "Open", "close", "Close", "reopen", "Reopen", "merge", "Merge");

  private GitlabCalls() {}

  static List<Told> read(String event, JsonNode payload) {
    JsonNode project = payload.path("project");
    String user = text(payload, "user", "username");
    Told.Where on =
        new Told.Where(
            text(project, "path_with_namespace"),
            text(project, "web_url"),
            user == null ? text(payload, "user_username") : user);
    JsonNode about = payload.path("object_attributes");
    return List.of(
        switch (event) {
          case "Push Hook", "Tag Push Hook" ->
              Told.push(
                  event,
                  text(payload, "ref"),
                  text(payload, "before"),
                  text(payload, "after"),
                  on,
                  title(payload),
                  Json.changes(payload.path("commits")));
          case "Merge Request Hook" ->
              request(event, Kind.PULL_REQUEST, action(about), about, null, on);
          case "Note Hook" ->
              payload.path("merge_request").isObject()
                  ? request(
                      event,
                      Kind.COMMENT,
                      "Create",
                      payload.path("merge_request"),
                      text(about, "note"),
                      on)
                  : Told.other(event, on);
          default -> Told.other(event, on);
        });
  }

  private static @Nullable String title(JsonNode payload) {
    JsonNode commits = payload.path("commits");
    return commits.isArray() && !commits.isEmpty()
        ? text(commits.get(commits.size() - 1), "message")
        : null;
  }

  /** An update that brings commits names the one before. */
  private static String action(JsonNode about) {
    String word = orEmpty(about, "action");
    return word.equals("update")
        ? text(about, "oldrev") == null ? "Update" : "Sync"
        : ACTIONS.getOrDefault(word, word);
  }

  private static Told request(
      String event,
      Kind kind,
      String action,
      JsonNode about,
      @Nullable String comment,
      Told.Where on) {
    String number = orEmpty(about, "iid");
    String source = text(about, "source_project_id");
    return new Told(
        event,
        kind,
        action,
        "refs/merge-requests/" + number + "/head",
        text(about, "last_commit", "id"),
        null,
        on,
        text(about, "title"),
        comment,
        new PullRequest(
            number,
            text(about, "title"),
            orEmpty(about, "source_branch"),
            orEmpty(about, "target_branch"),
            source == null || !source.equals(text(about, "target_project_id")),
            text(about, "url")),
        null);
  }
}
