package dev.archway.planner.trigger;

import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Changes;
import dev.archway.contract.event.GitEvent.PullRequest;
import dev.archway.planner.submission.BareClone;
import dev.archway.planner.submission.GitRemote;
import dev.archway.planner.submission.Start;
import dev.archway.web.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.transport.FilterSpec;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * Asks the repository which files a pull request changes, since no server's call tells: what is
 * different between its head and the commit where it left its target branch, as of {@code git diff
 * TARGET...HEAD}. A file that is moved is changed in both places. Contents are not fetched where
 * the server can leave them out. Thread-safe.
 */
final class ChangedFiles {
  /** Commits that are fetched at first; a branch that left its target longer ago needs them all. */
  private static final int DEPTH = 200;

  private static final int MOST_FILES = 50_000;
  private static final String HEAD = "refs/archway/head";
  private static final String TARGET = "refs/archway/target";

  private final GitRemote remote;

  ChangedFiles(GitRemote remote) {
    this.remote = remote;
  }

  /**
   * The files of the event's pull request.
   *
   * @param repository where it is; null when the trigger names none
   * @throws ProblemException 422 when the repository cannot tell
   */
  Changes of(Start.@Nullable Repository repository, GitEvent event) {
    PullRequest pull = Objects.requireNonNull(event.pullRequest());
    String ref = event.ref();
    if (repository == null || ref == null) {
      throw refused(
          "the files of pull request %s are asked for, but %s (expected: connectorRef, and a call that tells the pull request's ref)"
              .formatted(
                  pull.number(),
                  repository == null
                      ? "the trigger names no repository"
                      : "the call names no ref"));
    }
    String head = "+" + ref + ":" + HEAD;
    String target = "+refs/heads/" + pull.targetBranch() + ":" + TARGET;
    try (BareClone clone =
        new BareClone(remote, repository, FilterSpec.fromFilterLine("blob:none"))) {
      clone.fetch(DEPTH, head, target);
      List<String> files = between(clone.repository(), event);
      if (files == null) {
        clone.unshallow(head, target);
        files = between(clone.repository(), event);
      }
      if (files == null) {
        throw new IOException("they have no commit in common");
      }
      return new Changes(files);
    } catch (IOException | IllegalArgumentException e) {
      throw refused(
          "cannot see which files pull request %s changes between %s and %s of %s: %s"
              .formatted(
                  pull.number(), pull.targetBranch(), ref, repository.url(), e.getMessage()));
    }
  }

  /** Null when what was fetched does not tell. */
  private static @Nullable List<String> between(Repository git, GitEvent event) throws IOException {
    // After a merge the target has the head: then what it was before counts.
    ObjectId target = named(git, event.baseCommit(), TARGET);
    ObjectId head = named(git, event.commit(), HEAD);
    if (target == null || head == null) {
      return null;
    }
    try (RevWalk commits = new RevWalk(git);
        TreeWalk files = new TreeWalk(git)) {
      RevCommit changed = commits.parseCommit(head);
      commits.setRevFilter(RevFilter.MERGE_BASE);
      commits.markStart(changed);
      commits.markStart(commits.parseCommit(target));
      RevCommit left = commits.next();
      if (left == null) {
        return null;
      }
      commits.parseBody(left);
      files.addTree(left.getTree());
      files.addTree(changed.getTree());
      files.setRecursive(true);
      files.setFilter(TreeFilter.ANY_DIFF);
      List<String> paths = new ArrayList<>();
      while (files.next()) {
        if (paths.size() == MOST_FILES) {
          throw new IOException("it changes more than %d".formatted(MOST_FILES));
        }
        paths.add(files.getPathString());
      }
      return paths;
    }
  }

  /** The commit, or the tip of the ref where the event names none; null when it is not here. */
  private static @Nullable ObjectId named(Repository git, @Nullable String commit, String ref)
      throws IOException {
    if (commit == null) {
      return git.resolve(ref);
    }
    ObjectId id = ObjectId.fromString(commit);
    return git.getObjectDatabase().has(id) ? id : null;
  }

  private static ProblemException refused(String message) {
    return new ProblemException(422, "Changed files unknown", message);
  }
}
