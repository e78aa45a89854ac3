package dev.archway.planner.trigger;

import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.PullRequest;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Template;
import dev.archway.pipeline.RunEvent;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import dev.archway.planner.submission.BareClone;
import dev.archway.planner.submission.GitRemote;
import dev.archway.planner.submission.Start;
import dev.archway.web.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.FilterSpec;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.PathFilterGroup;
import org.jspecify.annotations.Nullable;

/**
 * Takes pipelines from a repository: of the YAML files in {@code .harness} and {@code .archway} the
 * one that has the pipeline's identifier. Only regular files are read, so that no link leads
 * elsewhere. Thread-safe.
 */
final class RepositoryPipelines {
  private static final List<String> FOLDERS = List.of(".harness", ".archway");
  private static final int MOST_FILES = 200;
  private static final int LARGEST_FILE = 1 << 20;

  private final GitRemote remote;

  RepositoryPipelines(GitRemote remote) {
    this.remote = remote;
  }

  /**
   * The trigger's pipeline at the event's commit, if the branch it names is the event's; at the
   * head of that branch otherwise. A pull request from a fork does not bring its own: what it
   * changes in the pipeline waits until somebody has merged it.
   *
   * @throws ProblemException 422 when it is not there or cannot be read
   */
  String pipeline(
      Trigger trigger,
      Start.Repository repository,
      String written,
      GitEvent event,
      RunEvent values) {
    String branch;
    try {
      branch = Template.parse(written).fill(TriggerConditions.scope(values)).strip();
    } catch (ExpressionException e) {
      throw refused("pipelineBranchName: " + e.getMessage());
    }
    if (branch.isEmpty()
        || branch.startsWith("-")
        || !Repository.isValidRefName("refs/heads/" + branch)) {
      throw refused("pipelineBranchName is \"%s\" (expected: a branch)".formatted(branch));
    }
    PullRequest pull = event.pullRequest();
    if (pull != null && pull.fork()) {
      return read(repository, "refs/heads/" + pull.targetBranch(), null, trigger.pipeline());
    }
    boolean own =
        pull == null
            ? ("refs/heads/" + branch).equals(event.ref())
            : branch.equals(pull.sourceBranch());
    String ref =
        own
            ? Objects.requireNonNullElse(event.ref(), "refs/heads/" + branch)
            : "refs/heads/" + branch;
    return read(repository, ref, own ? event.commit() : null, trigger.pipeline());
  }

  private String read(
      Start.Repository repository, String ref, @Nullable String commit, String pipeline) {
    try (BareClone clone = new BareClone(remote, repository, FilterSpec.NO_FILTER)) {
      return find(clone.repository(), fetch(clone, ref, commit), pipeline, repository.url());
    } catch (IOException e) {
      throw refused(
          "cannot read %s of %s: %s (expected: a repository that answers within %d s and has it)"
              .formatted(ref, repository.url(), e.getMessage(), BareClone.LIMIT.toSeconds()));
    }
  }

  /** Fetches as little as has the commit: the ref's tip, else everything. */
  private static ObjectId fetch(BareClone clone, String ref, @Nullable String commit)
      throws IOException {
    String local = "refs/archway/pipeline";
    String spec = "+" + ref + ":" + local;
    clone.fetch(1, spec);
    ObjectId tip = clone.repository().resolve(local);
    if (commit == null || (tip != null && tip.name().equals(commit))) {
      return Objects.requireNonNull(tip);
    }
    ObjectId wanted = ObjectId.fromString(commit);
    if (!clone.repository().getObjectDatabase().has(wanted)) {
      clone.unshallow(spec);
    }
    return wanted;
  }

  private static String find(Repository git, ObjectId commit, String pipeline, String url)
      throws IOException {
    List<String> seen = new ArrayList<>();
    try (RevWalk commits = new RevWalk(git);
        TreeWalk files = new TreeWalk(git)) {
      files.addTree(commits.parseCommit(commit).getTree());
      files.setRecursive(true);
      files.setFilter(PathFilterGroup.createFromStrings(FOLDERS));
      while (files.next() && seen.size() < MOST_FILES) {
        String path = files.getPathString();
        boolean yaml = path.endsWith(".yaml") || path.endsWith(".yml");
        if (!yaml || (files.getFileMode(0).getBits() & FileMode.TYPE_MASK) != FileMode.TYPE_FILE) {
          continue;
        }
        seen.add(path);
        var object = git.open(files.getObjectId(0), Constants.OBJ_BLOB);
        if (object.getSize() <= LARGEST_FILE) {
          String text = new String(object.getBytes(LARGEST_FILE), StandardCharsets.UTF_8);
          if (has(text, pipeline)) {
            return text;
          }
        }
      }
    }
    throw refused(
        "no pipeline \"%s\" at %s of %s (expected: a YAML file in %s with it; there are %s)"
            .formatted(pipeline, commit.name(), url, String.join(" or ", FOLDERS), seen));
  }

  private static boolean has(String text, String pipeline) {
    try {
      return YamlReader.read(text) instanceof YamlNode.Mapping document
          && document.get("pipeline") instanceof YamlNode.Mapping body
          && pipeline.equals(body.text("identifier"));
    } catch (YamlException e) {
      return false;
    }
  }

  private static ProblemException refused(String message) {
    return new ProblemException(422, "No pipeline in the repository", message);
  }
}
