package dev.archway.executor.runtime.podman;

import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.script.CloneScript;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One clone by this machine's git. The codebase is cloned into the workspace while that is empty; a
 * later clone takes place beside it and is put there when it is whole, so that no link that a step
 * has left in the workspace leads git elsewhere.
 */
final class CloneStep {
  private final PodmanStore store;
  private final StageSpec spec;
  private final Path workspace;
  private final Path folder;
  private final SecretSource secrets;

  CloneStep(PodmanStore store, StageSpec spec, Path workspace, Path folder, SecretSource secrets) {
    this.store = store;
    this.spec = spec;
    this.workspace = workspace;
    this.folder = folder;
    this.secrets = secrets;
  }

  StepResult run(StepPlan.Clone step, HostStep host, LogSink log, StopRequest control)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    Checkout checkout = spec.checkout(step);
    if (checkout == null) {
      return new NotStarted(
          StartFailure.INVALID_SPEC, "cannot clone: the pipeline has no codebase");
    }
    try {
      CloneScript.check(checkout);
    } catch (IllegalArgumentException e) {
      return new NotStarted(StartFailure.INVALID_SPEC, "cannot clone: " + e.getMessage());
    }
    Path target = step.source() == null ? workspace : folder.resolve("clone");
    StepResult result =
        host.run(
            () -> {
              Path files = SecretFiles.git(folder, checkout, secrets);
              DurableFile.write(
                  folder.resolve("script.sh"), CloneScript.script(checkout, target, files));
              return null;
            },
            store.environment(),
            code -> code == 0 ? placed(step, target) : CloneScript.result(checkout, code),
            log,
            control);
    SecretFiles.delete(folder);
    return result;
  }

  private StepResult placed(StepPlan.Clone step, Path clone) throws IOException {
    String hindered = step.source() == null ? null : place(clone, step.source().directory());
    return hindered == null
        ? new StepResult.Completed(List.of())
        : new StepResult.Failed(
            FailureReason.CLONE_FAILED,
            "cannot put the clone into the workspace: " + hindered,
            null);
  }

  /** Why the clone cannot be put there; null when it is there, now or since before a crash. */
  private @Nullable String place(Path clone, String directory) throws IOException {
    Path place = workspace;
    for (Path name : Path.of(directory)) {
      if (!place.equals(workspace) && !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(place);
      }
      if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        return "%s is no folder (expected: one, or nothing)".formatted(workspace.relativize(place));
      }
      place = place.resolve(name);
    }
    if (!Files.exists(clone)) {
      return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS) ? null : "it is gone";
    }
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !isEmpty(place)) {
      return "%s is there already (expected: nothing, or an empty folder)".formatted(directory);
    }
    Files.move(clone, place, StandardCopyOption.ATOMIC_MOVE);
    return null;
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }
}
