package dev.archway.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A webhook of a Git server, its signature checked, in one form for all servers. The gateway tells
 * it the planner.
 *
 * @param trigger whose webhook was called
 * @param provider who called
 * @param delivery identifies the call among those of its trigger; a server that repeats a call
 *     repeats it
 * @param fingerprint the same for two calls with the same signed content, whatever their delivery;
 *     null where nothing of the content is signed
 * @param receivedAt when the gateway had it
 * @param event the server's own word, such as {@code push} or {@code pull_request}
 * @param kind what it is here
 * @param action what happened to a pull request or comment, in Harness's word; null for others
 * @param ref the full name of the ref that holds {@code commit}; null when the event names none
 * @param commit the commit to build; null when the event names none
 * @param baseCommit the commit before a push, or that a pull request would be merged into
 * @param repository the server's name of the repository, such as {@code acme/app}
 * @param repositoryUrl where it can be seen; never fetched from
 * @param user who did it
 * @param title of the pull request, or the head commit's message
 * @param comment the text of a comment
 * @param pullRequest null for others
 * @param changedFiles null when the event does not tell
 * @param headers the request's, lower-case names, without credentials
 * @param payload the request's body, JSON
 */
public record GitEvent(
    TriggerKey trigger,
    Provider provider,
    String delivery,
    @Nullable String fingerprint,
    Instant receivedAt,
    String event,
    Kind kind,
    @Nullable String action,
    @Nullable String ref,
    @Nullable String commit,
    @Nullable String baseCommit,
    @Nullable String repository,
    @Nullable String repositoryUrl,
    @Nullable String user,
    @Nullable String title,
    @Nullable String comment,
    @Nullable PullRequest pullRequest,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Changes changedFiles,
    Map<String, String> headers,
    String payload) {
  public GitEvent {
    headers = Map.copyOf(headers);
  }

  /** The same, dealt with once more under another name. */
  public GitEvent repeated(String as) {
    return with(as, null, changedFiles);
  }

  /** The same with the files that it changes. */
  public GitEvent changing(Changes files) {
    return with(delivery, fingerprint, files);
  }

  private GitEvent with(String as, @Nullable String print, @Nullable Changes files) {
    return new GitEvent(
        trigger,
        provider,
        as,
        print,
        receivedAt,
        event,
        kind,
        action,
        ref,
        commit,
        baseCommit,
        repository,
        repositoryUrl,
        user,
        title,
        comment,
        pullRequest,
        files,
        headers,
        payload);
  }

  /**
   * Names a trigger.
   *
   * @param id its identifier within the project
   */
  public record TriggerKey(String org, String project, String id) {
    @Override
    public String toString() {
      return org + "/" + project + "/" + id;
    }
  }

  /** Who sends webhooks. */
  public enum Provider {
    GITHUB,
    GITLAB,
    GITEA,
    BITBUCKET,
    /** Anything that signs as Archway's documentation says. */
    GENERIC
  }

  /** What happened. */
  public enum Kind {
    /** A branch has new commits. */
    PUSH,
    /** A tag was made or moved. */
    TAG,
    /** Something happened to a pull request. */
    PULL_REQUEST,
    /** Somebody wrote a comment on a pull request. */
    COMMENT,
    /** A branch or tag is gone. */
    DELETION,
    /** Anything else, such as a ping. */
    OTHER
  }

  /** Files that a push, or a pull request, changes. */
  public record Changes(List<String> paths) {
    public Changes {
      paths = List.copyOf(paths);
    }
  }

  /**
   * A pull request, or GitLab's merge request.
   *
   * @param fork true when its commits come from another repository
   */
  public record PullRequest(
      String number,
      @Nullable String title,
      String sourceBranch,
      String targetBranch,
      boolean fork,
      @Nullable String link) {}
}
