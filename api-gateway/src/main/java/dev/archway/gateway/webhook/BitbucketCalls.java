package dev.archway.gateway.webhook;

import static dev.archway.gateway.webhook.Json.orEmpty;
import static dev.archway.gateway.webhook.Json.text;

import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.PullRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Bitbucket Cloud's payloads (Atlassian support, "Event payloads"). Pure. */
final class BitbucketCalls {
  private static final Map<String, String> ACTIONS =
      Map.of(
          "pullrequest:created", "Create",
          "pullrequest:updated", "Update",
          "pullrequest:fulfilled", "Merge",
          "pullrequest:rejected", "Decline",
          "pullrequest:comment_created", "Create",
          "pullrequest:comment_updated", "Edit",
          "pullrequest:comment_deleted", "Delete");

  private BitbucketCalls() {}

  /** One push may be of several branches and tags. */
  static List<Told> read(String event, JsonNode payload) {
    JsonNode repository = payload.path("repository");
    Told.Where on =
        new Told.Where(
            text(repository, "full_name"),
            text(repository, "links", "html", "href"),
            text(payload, "actor", "nickname"));
    if (event.equals("repo:push")) {
      List<Told> changes = new ArrayList<>();
      for (JsonNode change : payload.path("push").path("changes")) {
        changes.add(change(event, change, on));
      }
      return changes;
    }
    String action = ACTIONS.get(event);
    return List.of(
        action == null ? Told.other(event, on) : pullRequest(event, action, payload, on));
  }

  private static Told change(String event, JsonNode change, Told.Where on) {
    JsonNode after = change.path("new");
    JsonNode named = after.isObject() ? after : change.path("old");
    String ref =
        ("tag".equals(text(named, "type")) ? "refs/tags/" : "refs/heads/") + orEmpty(named, "name");
    return Told.push(
        event,
        ref,
        text(change, "old", "target", "hash"),
        after.isObject() ? text(after, "target", "hash") : "0".repeat(40),
        on,
        text(after, "target", "message"),
        null);
  }

  private static Told pullRequest(String event, String action, JsonNode payload, Told.Where on) {
    JsonNode pull = payload.path("pullrequest");
    JsonNode source = pull.path("source");
    String from = text(source, "repository", "full_name");
    String branch = orEmpty(source, "branch", "name");
    return new Told(
        event,
        event.contains("comment") ? Kind.COMMENT : Kind.PULL_REQUEST,
        action,
        // Bitbucket has no ref for a pull request's head.
        "refs/heads/" + branch,
        text(source, "commit", "hash"),
        text(pull, "destination", "commit", "hash"),
        on,
        text(pull, "title"),
        text(payload, "comment", "content", "raw"),
        new PullRequest(
            orEmpty(pull, "id"),
            text(pull, "title"),
            branch,
            orEmpty(pull, "destination", "branch", "name"),
            from == null || !from.equals(text(pull, "destination", "repository", "full_name")),
            text(pull, "links", "html", "href")),
        null);
  }
}
