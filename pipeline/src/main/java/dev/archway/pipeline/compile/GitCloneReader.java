package dev.archway.pipeline.compile;

import dev.archway.contract.plan.CodebasePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.Workspace;
import dev.archway.pipeline.ProblemCode;
import org.jspecify.annotations.Nullable;

/** Reads a GitClone step (Harness page "Git Clone step"). */
final class GitCloneReader {
  private GitCloneReader() {}

  static @Nullable StepPlan read(StepReader.Head head, Fields spec, Lookup lookup) {
    String written = spec.text("cloneDirectory");
    if (spec.has("runAsUser")) {
      spec.warn(
          "runAsUser", ProblemCode.NOT_SUPPORTED, "files are cloned as the workspace's own user");
    }
    CodebasePlan codebase = CodebaseReader.repository(spec, lookup);
    String directory =
        written == null
            ? codebase == null ? "?" : name(codebase.url())
            : StepReader.inWorkspace(spec, "cloneDirectory", written);
    if (directory.equals(".") && written != null && Workspace.inside(written).isPresent()) {
      spec.error(
          "cloneDirectory",
          ProblemCode.BAD_VALUE,
          "\"%s\" is the workspace itself (expected: a folder in it)".formatted(written));
    }
    spec.finish();
    return codebase == null
        ? null
        : new StepPlan.Clone(
            head.id(), head.name(), head.timeout(), new StepPlan.Source(codebase, null, directory));
  }

  /** The repository's own name, which is where Harness puts it. */
  private static String name(String url) {
    String path = url.replaceFirst("/+$", "").replaceFirst("\\.git$", "");
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf(':')) + 1);
  }
}
