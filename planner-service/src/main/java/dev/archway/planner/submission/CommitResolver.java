package dev.archway.planner.submission;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.CodebasePlan;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.jspecify.annotations.Nullable;

/**
 * Resolves what an execution builds to one commit, so that every stage and platform clones the
 * same. Thread-safe.
 */
final class CommitResolver {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

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
          byRef(codebase, "refs/heads/" + branch, "branch " + branch);
      case CodeRef.Tag(String tag) -> byRef(codebase, "refs/tags/" + tag, "tag " + tag);
      case CodeRef.PullRequest(String number) ->
          byRef(codebase, "refs/pull/" + number + "/head", "pull request " + number);
    };
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

  private Checkout byRef(CodebasePlan codebase, String refName, String what)
      throws UnresolvedException {
    Connector.Git connector = codebase.connector();
    Map<String, Ref> refs;
    try {
      refs = remote.refs(connector, codebase.url());
    } catch (IOException e) {
      throw new UnresolvedException(
          "codebase-unreachable",
          "cannot read %s through connector %s: %s (expected: a Git repository that answers within %d s)"
              .formatted(
                  codebase.url(), connector.ref(), e.getMessage(), GitRemote.LIMIT.toSeconds()),
          e);
    }
    Ref ref = refs.get(refName);
    if (ref == null) {
      throw new UnresolvedException(
          "unknown-ref",
          "%s is not in %s (expected: one that exists; it has %s)"
              .formatted(
                  what,
                  codebase.url(),
                  refs.keySet().stream()
                      .filter(name -> name.startsWith("refs/heads/"))
                      .limit(10)
                      .toList()),
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
        codebase.extras());
  }
}
