package dev.archway.executor.runtime.podman;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepOutputs;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import dev.archway.executor.runtime.StepSpec;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.WorkspaceFiles;
import dev.archway.executor.runtime.script.ImageName;
import dev.archway.executor.runtime.script.TransferStep;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One attempt of a stage in a folder: a workspace, and a folder per step. */
final class PodmanSession implements StageSession {
  private final PodmanStore store;
  private final StageSpec spec;
  private final Path directory;
  private final Path workspace;
  private final SecretSource secrets;
  private final Clock clock;
  private final StageNetwork network;
  private final StopRequest control = new StopRequest();

  PodmanSession(
      PodmanStore store, StageSpec spec, Path directory, SecretSource secrets, Clock clock) {
    this.store = store;
    this.spec = spec;
    this.directory = directory;
    this.workspace = directory.resolve("workspace");
    this.secrets = secrets;
    this.clock = clock;
    this.network = StageNetwork.of(spec.key(), spec.stage(), store.settings().network());
  }

  @Override
  public StageKey key() {
    return spec.key();
  }

  @Override
  public String runtime() {
    return "podman";
  }

  @Override
  public boolean emulated() {
    return Emulation.emulated(spec.stage().platform());
  }

  @Override
  public List<String> ignored() {
    Placement placement = spec.stage().placement();
    Map<String, Boolean> set = new LinkedHashMap<>();
    set.put("namespace", placement.namespace() != null);
    set.put("serviceAccountName", placement.serviceAccountName() != null);
    set.put("automountServiceAccountToken", placement.automountServiceAccountToken() != null);
    set.put("priorityClassName", placement.priorityClassName() != null);
    set.put("nodeSelector", !placement.nodeSelector().isEmpty());
    set.put("tolerations", !placement.tolerations().isEmpty());
    set.put("labels", !placement.labels().isEmpty());
    set.put("annotations", !placement.annotations().isEmpty());
    set.put("hostNames", !placement.hostNames().isEmpty());
    set.put("initTimeout", placement.initTimeout() != null);
    set.put("podSpecOverlay", placement.podSpecOverlay() != null);
    set.put(
        "volumes.spec.size",
        placement.volumes().stream()
            .anyMatch(volume ->
                volume instanceof Placement.Volume.EmptyDir empty
                    && !empty.memory()
                    && empty.sizeBytes() != null));
    return set.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
  }

  @Override
  public StepResult run(StepSpec step, LogSink log, Runnable running)
      throws RuntimeUnavailableException, InterruptedException {
    String missing = Emulation.missing(spec.stage().platform());
    if (missing != null) {
      return new NotStarted(StartFailure.INVALID_SPEC, missing);
    }
    Path folder = directory.resolve("steps").resolve(step.name());
    StopRequest stop = control.of(step.plan().id());
    try {
      Files.createDirectories(folder);
      try (StepEnd end = new StepEnd(step, stop, clock, folder)) {
        return switch (step.plan()) {
          case Run run -> container(run, () -> run, step, folder, end, log, running);
          case StepPlan.Transfer transfer ->
              TransferStep.result(
                  container(
                      TransferStep.container(transfer, store.settings().transferImage()),
                      () -> complete(transfer),
                      step,
                      folder,
                      end,
                      log,
                      running));
          case StepPlan.Clone clone ->
              new CloneStep(store, spec, workspace, folder, secrets)
                  .run(clone, new HostStep(store, folder, end), log, stop);
          case BuildAndPush build ->
              new ImageBuild(store, spec, workspace, folder, secrets)
                  .run(build, new HostStep(store, folder, end), log, stop);
        };
      }
    } catch (SecretUnavailable e) {
      return new NotStarted(StartFailure.SECRET, e.detail());
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "cannot run step %s of %s: %s".formatted(step.plan().id(), key(), e), e);
    }
  }

  private Run complete(StepPlan.Transfer step) {
    return TransferStep.run(
        step,
        store.settings().transferImage(),
        spec.stage().platform(),
        StepOutputs.FOLDER + "/",
        secret -> SecretFiles.resolve(secret, secrets));
  }

  /**
   * Runs or joins a container.
   *
   * @param run the step as far as it is known without a secret
   * @param complete the whole step; not asked for when the container runs already
   */
  private StepResult container(
      Run run,
      Supplier<Run> complete,
      StepSpec step,
      Path folder,
      StepEnd end,
      LogSink log,
      Runnable running)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    Placement placement = spec.stage().placement();
    if (ContainerRequest.privileged(run, placement) && !store.settings().allowPrivileged()) {
      return new NotStarted(
          StartFailure.INVALID_SPEC,
          "cannot run step %s privileged: this executor does not allow it; set archway.executor.podman.allow-privileged or drop privileged"
              .formatted(run.id()));
    }
    String image = ImageName.full(run.image(), run.imageRegistry());
    Path outputs = folder.resolve("outputs");
    ContainerStep.Preparation preparation =
        () -> {
          if (!run.outputs().isEmpty()) {
            Files.createDirectories(outputs);
            // The container's user may be any.
            Files.setPosixFilePermissions(outputs, PosixFilePermissions.fromString("rwxrwxrwx"));
          }
          NotStarted hindered =
              pull(run, image, folder, Duration.between(clock.instant(), step.deadline()));
          if (hindered != null) {
            return hindered;
          }
          if (network.pod() != null) {
            store.service().createPod(network.podRequest(ContainerRequest.labels(key())));
          }
          Run whole = complete.get();
          if (whole.command() != null) {
            Path script = folder.resolve("script");
            DurableFile.write(script, StepOutputs.script(whole, StepOutputs.FOLDER + "/"));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
          }
          return null;
        };
    Supplier<Map<String, Object>> request =
        () -> {
          Run whole = complete.get();
          Map<String, String> variables =
              step.plan() instanceof StepPlan.Transfer
                  ? TransferStep.variables(spec.environment())
                  : new HashMap<>(spec.environment());
          variables.putAll(whole.environment());
          return ContainerRequest.of(
              key(),
              whole,
              placement,
              container(step.name()),
              folder,
              workspace,
              image,
              network,
              variables);
        };
    StepResult result =
        new ContainerStep(store, folder, container(step.name()), end, run.background())
            .run(
                preparation,
                request,
                run.resources().memoryBytes(),
                log,
                running,
                control.of(run.id()));
    return result instanceof StepResult.Exited(int code, _) && !run.outputs().isEmpty()
        ? new StepResult.Exited(code, StepOutputs.read(run, outputs))
        : result;
  }

  private @Nullable NotStarted pull(Run run, String image, Path folder, Duration limit)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    boolean plain = run.imageRegistry() != null && run.imageRegistry().plainHttp();
    Path auth = null;
    if (run.imageRegistry() != null && run.imageRegistry().username() != null) {
      auth = SecretFiles.registries(folder, List.of(run.imageRegistry()), secrets);
    }
    try {
      return store
          .images()
          .ensure(image, run.imagePullPolicy(), plain, auth, limit, control.of(run.id()));
    } finally {
      SecretFiles.delete(folder);
    }
  }

  private String container(String step) {
    return "archway-%s-%s-%d-%s".formatted(key().execution(), key().stage(), key().attempt(), step);
  }

  @Override
  public WorkspaceFiles files() {
    return new HostFiles(workspace);
  }

  @Override
  public void stop(Duration grace) {
    control.stop(grace);
  }

  @Override
  public void stop(String step, Duration grace) {
    control.of(step).stop(grace);
  }

  /** Nothing is held but what follows a running step. */
  @Override
  public void letGo() {}

  @Override
  public void close() {
    try {
      for (StepPlan step : spec.stage().steps()) {
        int attempt = 1;
        String name = step.id();
        while (Files.exists(directory.resolve("steps").resolve(name))) {
          remove(step, name);
          name = step.id() + "." + ++attempt;
        }
      }
      if (network.pod() != null) {
        store.service().removePod(network.pod());
      }
      Trees.delete(workspace);
      StageVolumes.delete(directory);
      Trees.delete(directory.resolve("steps"));
    } catch (IOException | RuntimeUnavailableException e) {
      warn(e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void remove(StepPlan step, String name)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    Path folder = directory.resolve("steps").resolve(name);
    switch (step) {
      case StepPlan.PublishIndex _ -> {}
      case Run _, StepPlan.Transfer _ -> {
        if (ContainerStep.mayExist(folder)) {
          store.service().remove(container(name));
        }
      }
      case StepPlan.Clone _ -> {}
      case BuildAndPush _ -> {
        Launcher launcher = new Launcher(folder);
        if (launcher.claimed()) {
          store.service().removeImage(ImageBuild.imageName(key(), step.id()));
          if (launcher.result() == null) {
            store.builds().sweep();
          }
        }
      }
    }
  }

  private void warn(@Nullable String what) {
    System.getLogger(PodmanSession.class.getName())
        .log(System.Logger.Level.WARNING, "cannot clean up after {0}: {1}", key(), what);
  }
}
