package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageOverException;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepSpec;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.WorkspaceFiles;
import dev.archway.executor.runtime.kubernetes.StepFiles.SecretUnavailable;
import dev.archway.executor.runtime.script.TransferStep;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;

/** One attempt of a stage in a pod. */
final class KubernetesSession implements StageSession {
  /** How long the API server may be away before the step is given back to the stage loop. */
  private static final Duration OUTAGE = Duration.ofMinutes(5);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final StageSpec spec;
  private final StagePod pod;
  private final StepFiles files;
  private final KubernetesSettings settings;
  private final BooleanSupplier over;
  private final Clock clock;
  private final StopRequest stop = new StopRequest();

  KubernetesSession(
      StageSpec spec,
      StagePod pod,
      StepFiles files,
      KubernetesSettings settings,
      BooleanSupplier over,
      Clock clock) {
    this.spec = spec;
    this.pod = pod;
    this.files = files;
    this.settings = settings;
    this.over = over;
    this.clock = clock;
  }

  @Override
  public StageKey key() {
    return spec.key();
  }

  @Override
  public String runtime() {
    return KubernetesRuntime.NAME;
  }

  @Override
  public boolean emulated() {
    return pod.emulated();
  }

  @Override
  public List<String> ignored() {
    return List.of();
  }

  @Override
  public StepResult run(StepSpec step, LogSink log, Runnable running)
      throws RuntimeUnavailableException, InterruptedException {
    StepRun run =
        new StepRun(
            pod, spec, step, files, settings, log, running, stop.of(step.plan().id()), clock);
    Instant since = null;
    Duration pause = FIRST_PAUSE;
    while (true) {
      Instant began = clock.instant();
      try {
        StepResult result = run.proceed();
        // Whoever slept while another took over finds the pod removed: that is no loss.
        if (result instanceof StepResult.Lost && over.getAsBoolean()) {
          throw new StageOverException(key());
        }
        return step.plan() instanceof StepPlan.Transfer ? TransferStep.result(result) : result;
      } catch (SecretUnavailable e) {
        return new StepResult.NotStarted(StartFailure.SECRET, String.valueOf(e.getMessage()));
      } catch (EntryPoints.NoEntryPoint e) {
        return new StepResult.NotStarted(StartFailure.IMAGE, String.valueOf(e.getMessage()));
      } catch (IllegalArgumentException e) {
        return new StepResult.NotStarted(StartFailure.INVALID_SPEC, String.valueOf(e.getMessage()));
      } catch (IOException | KubernetesClientException e) {
        Instant now = clock.instant();
        // What held for a while and then broke is a new trouble.
        if (since == null || Duration.between(began, now).compareTo(OUTAGE) > 0) {
          since = now;
          pause = FIRST_PAUSE;
        }
        if (Duration.between(since, now).compareTo(OUTAGE) > 0) {
          throw new RuntimeUnavailableException(
              "cannot follow step %s of %s: %s".formatted(step.plan().id(), key(), e.getMessage()),
              e);
        }
        System.getLogger(KubernetesSession.class.getName())
            .log(
                System.Logger.Level.INFO,
                "{0} step {1}: {2}; trying again",
                key(),
                step.plan().id(),
                e.getMessage());
        Thread.sleep(pause);
        pause = longer(pause);
      }
    }
  }

  @Override
  public boolean hasBegun(String step) throws InterruptedException {
    if (pod.hasBegun(step)) {
      return true;
    }
    Instant since = clock.instant();
    for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
      try {
        // In a pod that was found it may have begun and nobody has heard of it.
        return pod.find()
            && pod.state(PodNames.AGENT) instanceof PodState.Running
            && pod.agent().read(PodNames.folder(step) + "/go") != null;
      } catch (IOException | KubernetesClientException e) {
        if (Duration.between(since, clock.instant()).compareTo(OUTAGE) > 0) {
          System.getLogger(KubernetesSession.class.getName())
              .log(
                  System.Logger.Level.WARNING,
                  "{0}: cannot see whether step {1} has begun: {2}",
                  key(),
                  step,
                  e.getMessage());
          return false;
        }
      }
      Thread.sleep(pause);
    }
  }

  @Override
  public WorkspaceFiles files() {
    return new PodFiles(pod);
  }

  @Override
  public void stop(Duration grace) {
    stop.stop(grace);
  }

  @Override
  public void stop(String step, Duration grace) {
    stop.of(step).stop(grace);
  }

  @Override
  public void letGo() {
    pod.close();
  }

  @Override
  public void close() {
    Instant since = clock.instant();
    try (pod) {
      for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
        try {
          pod.remove();
          return;
        } catch (IOException | KubernetesClientException e) {
          if (Duration.between(since, clock.instant()).compareTo(OUTAGE) > 0) {
            // The stage's folder still says that there is something: the next start tries again.
            System.getLogger(KubernetesSession.class.getName())
                .log(
                    System.Logger.Level.WARNING,
                    "cannot clean up after {0}: {1}",
                    key(),
                    e.getMessage());
            return;
          }
        }
        Thread.sleep(pause);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }
}
