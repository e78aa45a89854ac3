package dev.archway.executor.runtime.podman;

import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.Failed;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.script.BuildResult;
import dev.archway.executor.runtime.script.BuildScript;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  StepResult run(BuildAndPush build, HostStep host, LogSink log, StopRequest control)
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
    Path auth = SecretFiles.registries(folder, BuildScript.registries(build), secrets);
    boolean root = "root".equals(System.getProperty("user.name"));
    BuildScript.Place place = place(build, auth, root);
    for (Map.Entry<String, String> secret : build.secrets().entrySet()) {
      // Beside the auth file, in a folder that only this user enters.
      DurableFile.write(place.secret(secret.getKey()), secret.getValue());
    }
    DurableFile.write(
        folder.resolve("script.sh"), BuildScript.script(build, spec.stage().platform(), place));
    return null;
  }

  private BuildScript.Place place(BuildAndPush build, Path auth, boolean root) {
    List<String> builder = new ArrayList<>(store.builds().shared());
    if (root) {
      // Killing buildah then kills what its RUN lines started.
      builder.addAll(List.of("unshare", "-p", "-f", "--kill-child", "--mount-proc"));
    }
    builder.addAll(List.of("buildah", "bud", "--isolation", root ? "oci" : "rootless"));
    builder.addAll(List.of("--network", store.settings().network()));
    return new BuildScript.Place(
        workspace,
        folder,
        "out.log",
        auth,
        imageName(spec.key(), build.id()),
        spec.commit(),
        builder,
        true,
        false,
        false);
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

  private StepResult read(BuildAndPush build, int code) throws IOException {
    Map<String, String> files = new HashMap<>();
    for (String name : BuildResult.files(build)) {
      String text = DurableFile.read(folder.resolve(name));
      if (text != null) {
        files.put(name, text);
      }
    }
    Platform platform = spec.stage().platform();
    return BuildResult.of(
        build, platform, Emulation.emulated(platform), spec.commit(), code, files);
  }
}
