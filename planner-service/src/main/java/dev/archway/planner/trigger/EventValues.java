package dev.archway.planner.trigger;

import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.PullRequest;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.pipeline.RunEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What expressions read of an event (Harness page "Built-in trigger variables"). Pure. */
final class EventValues {
  private EventValues() {}

  static RunEvent of(GitEvent event) {
    PullRequest pull = event.pullRequest();
    Map<String, @Nullable Object> trigger = new HashMap<>();
    boolean generic = event.provider() == GitEvent.Provider.GENERIC;
    trigger.put("type", generic ? "Custom" : "Webhook");
    trigger.put("event", word(event.kind()));
    trigger.put("sourceRepo", capitalised(event.provider().name()));
    trigger.put("payload", ContractMapper.json().readValue(event.payload(), Object.class));
    trigger.put("header", event.headers());
    trigger.put("gitUser", event.user());
    trigger.put("repoUrl", event.repositoryUrl());
    trigger.put("commitSha", event.commit());
    trigger.put("baseCommitSha", event.baseCommit());
    trigger.put("commitMessage", pull == null ? event.title() : null);
    trigger.put("comment", event.comment());
    Map<String, String> codebase = new LinkedHashMap<>();
    put(codebase, "gitUser", event.user());
    put(codebase, "gitUserId", event.user());
    put(codebase, "baseCommitSha", event.baseCommit());
    if (pull != null) {
      trigger.put("branch", pull.targetBranch());
      trigger.put("sourceBranch", pull.sourceBranch());
      trigger.put("targetBranch", pull.targetBranch());
      trigger.put("prNumber", pull.number());
      trigger.put("prTitle", pull.title());
      put(codebase, "branch", pull.targetBranch());
      put(codebase, "sourceBranch", pull.sourceBranch());
      put(codebase, "targetBranch", pull.targetBranch());
      put(codebase, "prNumber", pull.number());
      put(codebase, "prTitle", pull.title());
      put(codebase, "pullRequestLink", pull.link());
      put(codebase, "state", event.action());
      put(codebase, "build.type", "PR");
    } else {
      String branch = below("refs/heads/", event.ref());
      String tag = below("refs/tags/", event.ref());
      trigger.put("branch", branch);
      trigger.put("sourceBranch", branch);
      trigger.put("targetBranch", branch == null ? tag : branch);
      trigger.put("tag", tag);
      put(codebase, "commitMessage", event.title());
    }
    return new RunEvent(
        generic ? "WEBHOOK_CUSTOM" : "WEBHOOK", trigger, codebase, pull != null && pull.fork());
  }

  /** Of a planned time. */
  static RunEvent at(Instant planned) {
    return new RunEvent(
        "SCHEDULER_CRON",
        Map.of("type", "Scheduled", "payload", Map.of(), "scheduledTime", planned.toString()),
        Map.of(),
        false);
  }

  private static String word(Kind kind) {
    return switch (kind) {
      case PULL_REQUEST -> "PR";
      case COMMENT -> "ISSUE_COMMENT";
      case PUSH, TAG, DELETION, OTHER -> kind.name();
    };
  }

  private static String capitalised(String name) {
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }

  private static void put(Map<String, String> values, String key, @Nullable String value) {
    if (value != null) {
      values.put(key, value);
    }
  }

  static @Nullable String below(String prefix, @Nullable String ref) {
    return ref != null && ref.startsWith(prefix) ? ref.substring(prefix.length()) : null;
  }
}
