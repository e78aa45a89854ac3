package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.log.LogParser;
import dev.archway.executor.runtime.podman.PodmanService.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One container, started once, followed to its end, or joined where it stands. DESIGN.md lists the
 * interleavings with a crash.
 */
final class ContainerStep {
  private static final String CREATED = "created";
  private static final String STARTED = "started";
  private static final Pattern NOT_IN_IMAGE =
      Pattern.compile("command that was not found|permission denied|no such file");
  private static final Duration UNSETTLED = Duration.ofSeconds(5);

  private final PodmanStore store;
  private final Path directory;
  private final String container;
  private final StepEnd end;
  private final boolean service;
  private final Bell bell = new Bell();

  /**
   * @param service true when nothing waits for its end but the stage's
   */
  ContainerStep(PodmanStore store, Path directory, String container, StepEnd end, boolean service) {
    this.store = store;
    this.directory = directory;
    this.container = container;
    this.end = end;
    this.service = service;
  }

  /** Makes everything ready that the container needs; may be asked for again. */
  interface Preparation {
    @Nullable NotStarted prepare()
        throws IOException, RuntimeUnavailableException, InterruptedException;
  }

  StepResult run(
      Preparation preparation,
      Supplier<Map<String, Object>> request,
      @Nullable Long memoryLimit,
      LogSink sink,
      Runnable running,
      StopRequest control)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    control.subscribe(bell);
    store.exits().subscribe(bell);
    WatchKey key = store.watch().watch(directory, _ -> bell.ring());
    try (LogTail tail = new LogTail(directory.resolve("ctr.log"), new LogParser.K8sFile(), sink)) {
      String id = joined();
      if (id == null) {
        if (Files.exists(conmonPid())) {
          return lost(tail, "container %s is gone, and it may have run".formatted(container));
        }
        StepResult early = end.due();
        if (early != null) {
          return early;
        }
        DurableFile.write(directory.resolve(CREATED), container);
        Prepared prepared = create(preparation, request);
        early = end.due();
        if (early != null) {
          return early;
        }
        if (prepared.hindered() != null) {
          return prepared.hindered();
        }
        DurableFile.write(directory.resolve(STARTED), container);
        String refusal = store.service().start(container);
        if (refusal != null) {
          return refused(refusal);
        }
        id = prepared.id();
      }
      running.run();
      return follow(id, tail, memoryLimit);
    } finally {
      store.watch().unwatch(key);
      store.exits().unsubscribe(bell);
      control.unsubscribe(bell);
    }
  }

  /** True when a container was, or was about to be, created for the step of this folder. */
  static boolean mayExist(Path directory) {
    return Files.exists(directory.resolve(CREATED));
  }

  /**
   * The container that was started before; null when there is none, and then none will start any
   * more but by this process.
   */
  private @Nullable String joined()
      throws IOException, RuntimeUnavailableException, InterruptedException {
    if (!Files.exists(directory.resolve(STARTED))) {
      return null;
    }
    Found found = store.service().inspect(container);
    if (found != null && !found.ran() && !store.service().removeUnlessRunning(container)) {
      // A predecessor's request to start it was still on its way.
      found = store.service().inspect(container);
    }
    return found != null && found.ran() ? found.id() : null;
  }

  /** A container that is there, or why it is not. */
  private record Prepared(String id, @Nullable NotStarted hindered) {}

  private Prepared create(Preparation preparation, Supplier<Map<String, Object>> complete)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    Map<String, Object> request = complete.get();
    for (int tries = 1; ; tries++) {
      NotStarted hindered = preparation.prepare();
      if (hindered != null) {
        return new Prepared("", hindered);
      }
      PodmanService.Created created = store.service().create(request);
      if (created.id() != null) {
        return new Prepared(created.id(), null);
      }
      Found found = created.nameInUse() ? store.service().inspect(container) : null;
      if (found != null) {
        return new Prepared(found.id(), null);
      }
      if (!created.imageUnknown() || tries == 2) {
        return new Prepared(
            "",
            new NotStarted(
                StartFailure.ENGINE, "cannot create the container: " + created.message()));
      }
      store.images().forget(String.valueOf(request.get("image")));
    }
  }

  private StepResult follow(String id, LogTail tail, @Nullable Long memoryLimit)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    Instant looked = Instant.EPOCH;
    Instant goneSince = null;
    while (true) {
      tail.read();
      Integer code = store.exits().code(id);
      if (code == null) {
        code = savedCode();
      }
      if (code == null && Duration.between(looked, end.now()).toMillis() >= 500) {
        looked = end.now();
        if (!conmonAlive()) {
          Found found = store.service().inspect(container);
          if (found == null) {
            return lost(tail, "container %s is gone".formatted(container));
          }
          if (found.ended()) {
            code = found.exitCode();
          } else if (goneSince == null) {
            goneSince = looked;
          } else if (Duration.between(goneSince, looked).compareTo(UNSETTLED) > 0) {
            signal("KILL");
            return lost(
                tail,
                "the monitor of container %s is gone, podman says \"%s\""
                    .formatted(container, found.status()));
          }
        }
      }
      if (code != null) {
        DurableFile.write(directory.resolve("exit"), Integer.toString(code));
        tail.finish();
        return result(code, memoryLimit);
      }
      end.enforce(service ? this::signalService : this::signal);
      bell.await(goneSince == null ? end.patience() : Duration.ofMillis(100));
    }
  }

  private StepResult result(int code, @Nullable Long memoryLimit) throws IOException {
    StepResult killed = end.result();
    if (killed != null) {
      return killed;
    }
    if (code != 0 && memoryLimit != null && Files.exists(directory.resolve("oom"))) {
      return new StepResult.OutOfMemory(memoryLimit, code);
    }
    return new StepResult.Exited(code);
  }

  private StepResult lost(LogTail tail, String detail) throws IOException, InterruptedException {
    tail.finish();
    StepResult killed = end.result();
    return killed != null ? killed : new StepResult.Lost(detail);
  }

  private @Nullable Integer savedCode() throws IOException {
    String text = DurableFile.read(directory.resolve("exit"));
    return text == null ? null : Integer.valueOf(text);
  }

  /** conmon writes it before it runs anything. */
  private Path conmonPid() {
    return directory.resolve("conmon.pid");
  }

  private boolean conmonAlive() throws IOException {
    return conmon() != null;
  }

  private @Nullable Long conmon() throws IOException {
    String pid = DurableFile.read(conmonPid());
    return pid != null && !pid.isEmpty() && ProcessTable.named(Long.parseLong(pid), "conmon")
        ? Long.valueOf(pid)
        : null;
  }

  private static NotStarted refused(String said) {
    if (NOT_IN_IMAGE.matcher(said).find()) {
      return new NotStarted(
          StartFailure.INVALID_SPEC,
          "cannot start the container: %s; name an image that has the step's shell"
              .formatted(said));
    }
    return new NotStarted(StartFailure.ENGINE, "cannot start the container: " + said);
  }

  private void signal(String name) throws RuntimeUnavailableException, InterruptedException {
    store.service().signal(container, name);
  }

  /**
   * The same for a service, of which a shell is often the first process: it would be waited for in
   * vain. In a pod, where it is not the first, TERM ends it.
   */
  private void signalService(String name)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    Long conmon = conmon();
    boolean deaf =
        conmon != null
            && ProcessHandle.of(conmon).stream()
                .flatMap(ProcessHandle::children)
                .anyMatch(first -> ProcessTable.leavesTermAlone(first.pid()));
    signal(deaf ? "KILL" : name);
  }
}
