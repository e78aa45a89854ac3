package dev.archway.executor.runtime.podman;

import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.Failed;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A BuildAndPush step: buildah on this machine. */
final class ImageBuild {
  private final PodmanStore store;
  private final StageSpec spec;
  private final Path workspace;
  private final Path folder;
  private final SecretSource secrets;

  ImageBuild(PodmanStore store, StageSpec spec, Path workspace, Path folder, SecretSource secrets) {
    this.store = store;
    this.spec = spec;
    this.workspace = workspace;
    this.folder = folder;
    this.secrets = secrets;
  }

  /** The image's own name in the store: no other build moves or removes it. */
  static String imageName(StageKey key, String step) {
    UUID hash = UUID.nameUUIDFromBytes((key + "/" + step).getBytes(StandardCharsets.UTF_8));
    return "localhost/archway/" + hash + ":built";
  }

  StepResult run(BuildAndPush build, HostStep host, LogSink log, StepControl control)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    StepResult result =
        host.run(
            () -> prepare(build), store.environment(), code -> read(build, code), log, control);
    SecretFiles.delete(folder);
    return result;
  }

  private @Nullable StepResult prepare(BuildAndPush build) throws IOException {
    Failed outside = inside(build.context(), true);
    if (outside == null) {
      outside = inside(build.dockerfile(), false);
    }
    if (outside != null) {
      return outside;
    }
    Path auth = SecretFiles.registry(folder, build.registry(), secrets);
    boolean root = "root".equals(System.getProperty("user.name"));
    DurableFile.write(
        folder.resolve("script.sh"),
        BuildScript.script(
            build,
            spec.stage().platform(),
            workspace,
            folder,
            auth,
            imageName(spec.key(), build.id()),
            store.settings().network(),
            commit(),
            root));
    return null;
  }

  /** A link in the workspace must not lead the build to files of this machine. */
  private @Nullable Failed inside(String path, boolean folderWanted) throws IOException {
    String what = folderWanted ? "context" : "Dockerfile";
    Path file = workspace.resolve(path).normalize();
    if (!Files.exists(file)
        || !file.toRealPath().startsWith(workspace.toRealPath())
        || Files.isDirectory(file) != folderWanted) {
      return new Failed(
          FailureReason.BUILD_FAILED,
          "cannot build: %s \"%s\" is not a %s in the workspace"
              .formatted(what, path, folderWanted ? "folder" : "file"),
          null);
    }
    return null;
  }

  private @Nullable String commit() {
    boolean clones = spec.stage().steps().stream().anyMatch(s -> s instanceof StepPlan.Clone);
    return clones && spec.checkout() != null ? spec.checkout().commit() : null;
  }

  private StepResult read(BuildAndPush build, int code) throws IOException {
    if (code == 0) {
      return pushed(build);
    }
    String phase = DurableFile.read(folder.resolve("phase"));
    String where = build.repository().toString();
    if ("push".equals(phase)) {
      String error = DurableFile.read(folder.resolve("push.err"));
      return new Failed(
          FailureReason.PUSH_FAILED,
          "cannot push %s: %s".formatted(where, Images.message(error == null ? "" : error)),
          code);
    }
    if ("platform".equals(phase)) {
      return new Failed(
          FailureReason.IMAGE_UNAVAILABLE,
          "cannot build %s for %s: a base image is of another platform, see the log; name a base image that has %s"
              .formatted(where, spec.stage().platform(), spec.stage().platform()),
          code);
    }
    return new Failed(
        FailureReason.BUILD_FAILED,
        "cannot build %s: buildah ended with %d; see the log".formatted(where, code),
        code);
  }

  private StepResult pushed(BuildAndPush build) throws IOException {
    Set<String> digests = new HashSet<>();
    for (int i = 0; i < build.tags().size(); i++) {
      String digest = DurableFile.read(folder.resolve("digest." + i));
      digests.add(digest == null ? "" : digest);
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
                spec.stage().platform(),
                Emulation.emulated(spec.stage().platform()),
                commit())));
  }
}
