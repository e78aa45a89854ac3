package dev.archway.gateway.webhook;

import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Changes;
import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.PullRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a call says, in the one form for all servers; see {@link GitEvent} for the fields.
 *
 * @param on where it happened
 */
record Told(
    String event,
    Kind kind,
    @Nullable String action,
    @Nullable String ref,
    @Nullable String commit,
    @Nullable String baseCommit,
    Where on,
    @Nullable String title,
    @Nullable String comment,
    @Nullable PullRequest pullRequest,
    @Nullable Changes changes) {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final Pattern NOTHING = Pattern.compile("0{40}|0{64}");

  /** A full hash that is one: servers write zeros for none, and Bitbucket shortens some. */
  Told {
    commit = hash(commit);
    baseCommit = hash(baseCommit);
  }

  /** The repository, and who did it. */
  record Where(@Nullable String repository, @Nullable String url, @Nullable String user) {}

  private static @Nullable String hash(@Nullable String text) {
    return text != null && HASH.matcher(text).matches() && !NOTHING.matcher(text).matches()
        ? text
        : null;
  }

  static boolean isNothing(@Nullable String hash) {
    return hash != null && NOTHING.matcher(hash).matches();
  }

  /** An event that says nothing of commits. */
  static Told other(String event, Where on) {
    return new Told(event, Kind.OTHER, null, null, null, null, on, null, null, null, null);
  }

  /** A push of a branch or tag. */
  static Told push(
      String event,
      @Nullable String ref,
      @Nullable String before,
      @Nullable String after,
      Where on,
      @Nullable String message,
      @Nullable Changes changes) {
    Kind kind =
        isNothing(after)
            ? Kind.DELETION
            : ref == null
                ? Kind.OTHER
                : ref.startsWith("refs/tags/")
                    ? Kind.TAG
                    : ref.startsWith("refs/heads/") ? Kind.PUSH : Kind.OTHER;
    return new Told(event, kind, null, ref, after, before, on, message, null, null, changes);
  }
}
