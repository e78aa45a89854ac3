package dev.archway.executor.runtime.script;

import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.Failed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The result of {@link BuildScript}, read from the files it leaves. Pure. */
public final class BuildResult {
  private BuildResult() {}

  /** The names of the files that {@link #of} wants to see. */
  public static List<String> files(BuildAndPush build) {
    List<String> names = new ArrayList<>(List.of("phase", "push.err"));
    for (int i = 0; i < build.tags().size(); i++) {
      names.add("digest." + i);
    }
    return names;
  }

  /**
   * The result of a script that ended by itself.
   *
   * @param files those that are there, by name
   */
  public static StepResult of(
      BuildAndPush build,
      Platform platform,
      boolean emulated,
      @Nullable String commit,
      int code,
      Map<String, String> files) {
    if (code == 0) {
      return pushed(build, platform, emulated, commit, files);
    }
    String phase = files.getOrDefault("phase", "").strip();
    String where = build.repository().toString();
    if (phase.startsWith("outside ")) {
      return new Failed(
          FailureReason.BUILD_FAILED,
          "cannot build: context or Dockerfile \"%s\" is not in the workspace"
              .formatted(phase.substring("outside ".length())),
          code);
    }
    if (phase.equals("push")) {
      return new Failed(
          FailureReason.PUSH_FAILED,
          "cannot push %s: %s"
              .formatted(where, EngineMessage.first(files.getOrDefault("push.err", ""))),
          code);
    }
    if (phase.equals("platform")) {
      return new Failed(
          FailureReason.IMAGE_UNAVAILABLE,
          "cannot build %s for %s: a base image is of another platform, see the log; name a base image that has %s"
              .formatted(where, platform, platform),
          code);
    }
    return new Failed(
        FailureReason.BUILD_FAILED,
        "cannot build %s: buildah ended with %d; see the log".formatted(where, code),
        code);
  }

  private static StepResult pushed(
      BuildAndPush build,
      Platform platform,
      boolean emulated,
      @Nullable String commit,
      Map<String, String> files) {
    Set<String> digests = new HashSet<>();
    for (int i = 0; i < build.tags().size(); i++) {
      digests.add(files.getOrDefault("digest." + i, "").strip());
    }
    if (digests.size() != 1 || digests.contains("")) {
      return new Failed(
          FailureReason.PUSH_FAILED,
          "cannot tell what was pushed to %s: %s (expected: one digest)"
              .formatted(build.repository(), digests),
          null);
    }
    return new StepResult.Completed(
        List.of(
            new PushedImage(
                build.repository(),
                build.tags(),
                Digest.of(digests.iterator().next()),
                platform,
                emulated,
                commit)));
  }
}
