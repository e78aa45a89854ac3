package dev.archway.gateway.webhook;

import static dev.archway.gateway.webhook.Json.orEmpty;
import static dev.archway.gateway.webhook.Json.text;

import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.PullRequest;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** GitHub's payloads (GitHub docs, "Webhook events and payloads"), which Gitea's follow. Pure. */
final class GithubCalls {
  private static final Map<String, String> ACTIONS =
      Map.ofEntries(
          Map.entry("opened", "Open"),
          Map.entry("closed", "Close"),
          Map.entry("edited", "Edit"),
          Map.entry("reopened", "Reopen"),
          Map.entry("labeled", "Label"),
          Map.entry("unlabeled", "Unlabel"),
          Map.entry("synchronize", "Synchronize"),
          Map.entry("synchronized", "Synchronize"),
          Map.entry("ready_for_review", "ReadyForReview"),
          Map.entry("created", "Create"),
          Map.entry("deleted", "Delete"));

  private GithubCalls() {}

  static List<Told> read(String event, JsonNode payload) {
    JsonNode repository = payload.path("repository");
    String sender = text(payload, "sender", "login");
    Told.Where on =
        new Told.Where(
            text(repository, "full_name"),
            text(repository, "html_url"),
            sender == null ? text(payload, "pusher", "login") : sender);
    return List.of(
        switch (event) {
          case "push" ->
              Told.push(
                  event,
                  text(payload, "ref"),
                  text(payload, "before"),
                  text(payload, "after"),
                  on,
                  text(payload, "head_commit", "message"),
                  Json.changes(payload.path("commits")));
          case "pull_request" -> pullRequest(event, payload, on);
          case "issue_comment" -> comment(event, payload, on);
          case "delete" ->
              new Told(event, Kind.DELETION, null, null, null, null, on, null, null, null, null);
          default -> Told.other(event, on);
        });
  }

  private static Told pullRequest(String event, JsonNode payload, Told.Where on) {
    JsonNode pull = payload.path("pull_request");
    JsonNode head = pull.path("head");
    JsonNode base = pull.path("base");
    String from = text(head, "repo", "full_name");
    String number = orEmpty(pull, "number");
    return new Told(
        event,
        Kind.PULL_REQUEST,
        action(payload),
        "refs/pull/" + number + "/head",
        text(head, "sha"),
        text(base, "sha"),
        on,
        text(pull, "title"),
        null,
        new PullRequest(
            number,
            text(pull, "title"),
            orEmpty(head, "ref"),
            orEmpty(base, "ref"),
            from == null || !from.equals(text(base, "repo", "full_name")),
            text(pull, "html_url")),
        null);
  }

  /** Says nothing of the commits, so that they count as somebody else's. */
  private static Told comment(String event, JsonNode payload, Told.Where on) {
    JsonNode issue = payload.path("issue");
    if (!issue.path("pull_request").isObject()) {
      return Told.other(event, on);
    }
    String number = orEmpty(issue, "number");
    return new Told(
        event,
        Kind.COMMENT,
        action(payload),
        "refs/pull/" + number + "/head",
        null,
        null,
        on,
        text(issue, "title"),
        text(payload, "comment", "body"),
        new PullRequest(
            number, text(issue, "title"), "", "", true, text(issue, "pull_request", "html_url")),
        null);
  }

  private static String action(JsonNode payload) {
    String word = orEmpty(payload, "action");
    return ACTIONS.getOrDefault(word, word);
  }
}
