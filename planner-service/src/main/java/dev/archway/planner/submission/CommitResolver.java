package dev.archway.planner.submission;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.CodebasePlan;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.FilterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Resolves what an execution builds to one commit, so that every stage and platform clones the
 * same. Thread-safe.
 */
final class CommitResolver {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  private static final String HEADS = "refs/heads/";

  /** Where GitHub and Gitea, GitLab, and Bitbucket's own server keep a pull request's head. */
  private static final List<String> PULL_REQUESTS =
      List.of("refs/pull/%s/head", "refs/merge-requests/%s/head", "refs/pull-requests/%s/from");

  private final GitRemote remote;

  CommitResolver(GitRemote remote) {
    this.remote = remote;
  }

  /** The codebase could not be resolved; the message is for the user. */
  static final class UnresolvedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String code;

    UnresolvedException(String code, String message, @Nullable Throwable cause) {
      super(message, cause);
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  Checkout resolve(CodebasePlan codebase) throws UnresolvedException {
    return switch (codebase.ref()) {
      case CodeRef.CommitSha(String commit) -> byHash(codebase, commit);
      case CodeRef.Branch(String branch) ->
          found(refs(codebase), codebase, HEADS + branch, "branch " + branch);
      case CodeRef.Tag(String tag) ->
          found(refs(codebase), codebase, "refs/tags/" + tag, "tag " + tag);
      case CodeRef.PullRequest(String number) -> head(refs(codebase), codebase, number);
      case CodeRef.MergedPullRequest(String number) -> {
        Map<String, Ref> refs = refs(codebase);
        Checkout head = head(refs, codebase, number);
        yield head.mergedInto(target(refs, codebase, head, number));
      }
    };
  }

  /**
   * The head of a pull request, which an event has told, with what it is merged into as it is now.
   *
   * @param branch the name of the pull request's target
   */
  Checkout merged(CodebasePlan codebase, Checkout head, String branch) throws UnresolvedException {
    Checkout target =
        found(
            refs(codebase),
            codebase,
            HEADS + branch,
            "branch %s, which pull request %s is merged into,"
                .formatted(branch, codebase.ref().pullRequest()));
    return head.mergedInto(new Checkout.Target(target.refName(), target.commit()));
  }

  private static Checkout head(Map<String, Ref> refs, CodebasePlan codebase, String number)
      throws UnresolvedException {
    String usual = PULL_REQUESTS.getFirst().formatted(number);
    String name =
        PULL_REQUESTS.stream()
            .map(form -> form.formatted(number))
            .filter(refs::containsKey)
            .findFirst()
            .orElse(usual);
    return found(refs, codebase, name, "pull request " + number);
  }

  /**
   * What somebody's pull request is merged into, which Git itself tells only by the merge that the
   * server has made to try.
   */
  private Checkout.Target target(
      Map<String, Ref> refs, CodebasePlan codebase, Checkout head, String number)
      throws UnresolvedException {
    String merge = head.refName().replaceFirst("[^/]+$", "merge");
    if (!refs.containsKey(merge)) {
      throw new UnresolvedException(
          "unknown-ref",
          "cannot tell what pull request %s is merged into: %s has no %s, which servers keep while it can be merged (expected: one; or a run that the pull request's event starts; or prCloneStrategy: SourceBranch, which builds its head)"
              .formatted(number, codebase.url(), merge),
          null);
    }
    try (BareClone clone =
        new BareClone(
            remote,
            new Start.Repository(codebase.connector(), codebase.url()),
            FilterSpec.fromFilterLine("tree:0"))) {
      clone.fetch(2, "+" + merge + ":refs/archway/merge");
      try (RevWalk commits = new RevWalk(clone.repository())) {
        RevCommit made = commits.parseCommit(clone.repository().resolve("refs/archway/merge"));
        if (made.getParentCount() == 2 && made.getParent(1).name().equals(head.commit())) {
          return new Checkout.Target(merge, made.getParent(0).name());
        }
      }
    } catch (IOException e) {
      throw unreachable(codebase, e);
    }
    throw new UnresolvedException(
        "unmerged",
        "pull request %s has no merge: %s of %s is not of its head %s (expected: one without conflicts; or prCloneStrategy: SourceBranch, which builds its head)"
            .formatted(number, merge, codebase.url(), head.commit()),
        null);
  }

  private static Checkout byHash(CodebasePlan codebase, String commit) throws UnresolvedException {
    if (!HASH.matcher(commit).matches()) {
      throw new UnresolvedException(
          "bad-commit",
          "commit \"%s\" (expected: the full hash of a commit)".formatted(commit),
          null);
    }
    return checkout(codebase, commit, commit);
  }

  private Map<String, Ref> refs(CodebasePlan codebase) throws UnresolvedException {
    try {
      return remote.refs(codebase.connector(), codebase.url());
    } catch (IOException e) {
      throw unreachable(codebase, e);
    }
  }

  private static UnresolvedException unreachable(CodebasePlan codebase, IOException e) {
    Connector.Git connector = codebase.connector();
    return new UnresolvedException(
        "codebase-unreachable",
        "cannot read %s through connector %s: %s (expected: a Git repository that answers within %d s)"
            .formatted(
                codebase.url(), connector.ref(), e.getMessage(), GitRemote.LIMIT.toSeconds()),
        e);
  }

  private static Checkout found(
      Map<String, Ref> refs, CodebasePlan codebase, String refName, String what)
      throws UnresolvedException {
    Ref ref = refs.get(refName);
    if (ref == null) {
      throw new UnresolvedException(
          "unknown-ref",
          "%s is not in %s (expected: one that exists; it has %s)"
              .formatted(
                  what,
                  codebase.url(),
                  refs.keySet().stream().filter(name -> name.startsWith(HEADS)).limit(10).toList()),
          null);
    }
    Ref tagged = refs.get(refName + "^{}");
    ObjectId peeled = tagged == null ? ref.getPeeledObjectId() : tagged.getObjectId();
    ObjectId commit = peeled == null ? ref.getObjectId() : peeled;
    if (commit == null) {
      throw new UnresolvedException(
          "unknown-ref",
          "%s of %s has no commit (expected: one)".formatted(what, codebase.url()),
          null);
    }
    return checkout(codebase, refName, commit.name());
  }

  private static Checkout checkout(CodebasePlan codebase, String refName, String commit) {
    return new Checkout(
        codebase.connector(),
        codebase.url(),
        refName,
        commit,
        codebase.depth(),
        codebase.sslVerify(),
        codebase.extras(),
        null);
  }
}
