package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.event.StageEvent.StepStarted;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.status.Status;
import dev.archway.observability.TraceParent;
import dev.archway.observability.Traces;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes metrics and traces of what an executor tells: a span for each stage and each of its steps,
 * with the times of the reports themselves, below the place that came with the stage's command.
 * After a crash the next executor tells the whole of a stage's span. Thread-safe.
 */
public final class ObservedReports implements StageReports {
  private static final Duration[] WAITS = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2),
    Duration.ofMinutes(10),
    Duration.ofHours(1)
  };
  private static final Duration[] RUNS = {
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2),
    Duration.ofMinutes(10),
    Duration.ofMinutes(30),
    Duration.ofHours(2)
  };

  private final StageReports reports;
  private final Traces traces;
  private final MeterRegistry meters;
  private final Map<StageKey, Work> stages = new ConcurrentHashMap<>();

  /** A stage from its command to its end. */
  private static final class Work {
    final String platform;
    final @Nullable Instant commanded;
    final @Nullable String traceparent;
    final Map<String, Step> steps = new ConcurrentHashMap<>();
    volatile @Nullable Started started;

    Work(String platform, @Nullable Instant commanded, @Nullable String traceparent) {
      this.platform = platform;
      this.commanded = commanded;
      this.traceparent = traceparent;
    }
  }

  private record Started(Instant at, Span span) {}

  private record Step(Instant at, Span span) {}

  /**
   * @param reports where everything is told
   * @param platforms whose running stages are counted
   */
  public ObservedReports(
      StageReports reports, Traces traces, MeterRegistry meters, Collection<Platform> platforms) {
    this.reports = reports;
    this.traces = traces;
    this.meters = meters;
    for (Platform platform : platforms) {
      Gauge.builder("archway.stages.running", () -> running(platform.toString()))
          .description("Stages that run")
          .tag("platform", platform.toString())
          .register(meters);
    }
  }

  private long running(String platform) {
    return stages.values().stream()
        .filter(work -> work.platform.equals(platform) && work.started != null)
        .count();
  }

  /**
   * Remembers where a stage belongs; the stage's folder is there already.
   *
   * @param root where the attempts' folders are
   * @param commanded when the planner made the command
   */
  public void taken(Path root, RunStage command, Instant commanded, @Nullable String traceparent) {
    var _ =
        stages.putIfAbsent(
            command.key(), new Work(command.stage().platform().toString(), commanded, traceparent));
    if (traceparent != null) {
      StageDirectory directory = StageDirectory.of(root, command.key());
      directory.accept(command);
      directory.keepTrace(traceparent);
    }
  }

  /** Remembers where the stages belong that a predecessor left unfinished. */
  public void adopt(Path root) {
    for (StageDirectory directory : StageDirectory.all(root)) {
      if (!directory.isDone()) {
        directory
            .command()
            .ifPresent(command ->
                stages.putIfAbsent(
                    command.key(),
                    new Work(
                        command.stage().platform().toString(),
                        null,
                        directory.trace().orElse(null))));
      }
    }
  }

  /** Forgets a stage that is another executor's, or over. */
  public void letGo(StageKey key) {
    stages.remove(key);
  }

  @Override
  public void tell(StageEvent event) {
    Work work = stages.get(event.key());
    if (work == null) {
      reports.tell(event);
      return;
    }
    switch (event) {
      case StageStarted started -> begin(work, started);
      case StepStarted started -> begin(work, started);
      case StepFinished _, StageFinished _ -> {}
    }
    within(work, event instanceof StepFinished f ? f.step() : null, () -> reports.tell(event));
    switch (event) {
      case StepFinished finished -> end(work, finished);
      case StageFinished finished -> end(work, finished);
      case StageStarted _, StepStarted _ -> {}
    }
  }

  @Override
  public void tell(ImageEvent.ImagePushed event) {
    Work work = stages.get(event.key());
    if (work == null) {
      reports.tell(event);
      return;
    }
    Step step = work.steps.get(event.step());
    if (step != null) {
      step.span().addEvent("image pushed " + event.image().digest(), event.at());
    }
    within(work, event.step(), () -> reports.tell(event));
  }

  @Override
  public void tell(LogChunk chunk) {
    reports.tell(chunk);
  }

  private void begin(Work work, StageStarted event) {
    if (work.started != null) {
      return;
    }
    StageKey key = event.key();
    work.started =
        new Started(
            event.at(),
            traces.begin(
                "stage " + key.stage(),
                work.traceparent,
                Map.of(
                    "archway.execution", key.execution().value(),
                    "archway.stage", key.stage(),
                    "archway.attempt", Integer.toString(key.attempt()),
                    "archway.platform", work.platform,
                    "archway.runtime", event.runtime()),
                event.at()));
    if (work.commanded != null) {
      Timer.builder("archway.stage.wait")
          .description("From a stage's command to its start")
          .tag("platform", work.platform)
          .serviceLevelObjectives(WAITS)
          .register(meters)
          .record(positive(Duration.between(work.commanded, event.at())));
    }
  }

  private void begin(Work work, StepStarted event) {
    Started stage = work.started;
    work.steps.computeIfAbsent(
        event.step(),
        step ->
            new Step(
                event.at(),
                traces.begin(
                    "step " + step,
                    stage == null ? work.traceparent : TraceParent.of(stage.span()),
                    Map.of("archway.step", step),
                    event.at())));
  }

  private void within(Work work, @Nullable String step, Runnable telling) {
    Step running = step == null ? null : work.steps.get(step);
    Started stage = work.started;
    Span span = running != null ? running.span() : stage != null ? stage.span() : Span.getInvalid();
    try (Scope _ = span.makeCurrent()) {
      telling.run();
    }
  }

  private void end(Work work, StepFinished event) {
    Step step = work.steps.remove(event.step());
    if (step == null) {
      return;
    }
    end(step.span(), event.status(), event.failure(), event.at());
    Timer.builder("archway.step.run")
        .description("From a step's start to its end")
        .tag("status", event.status().word())
        .register(meters)
        .record(positive(Duration.between(step.at(), event.at())));
  }

  private void end(Work work, StageFinished event) {
    stages.remove(event.key());
    Failure failure = event.failure();
    if (failure != null) {
      meters.counter("archway.stage.failures", "reason", failure.reason().name()).increment();
    }
    Started started = work.started;
    if (started == null) {
      return;
    }
    end(started.span(), event.status(), failure, event.at());
    Timer.builder("archway.stage.run")
        .description("From a stage's start to its end")
        .tags("platform", work.platform, "status", event.status().word())
        .serviceLevelObjectives(RUNS)
        .register(meters)
        .record(positive(Duration.between(started.at(), event.at())));
  }

  private static void end(Span span, Status status, @Nullable Failure failure, Instant at) {
    var _ = span.setAttribute("archway.status", status.word());
    if (failure != null) {
      var _ = span.setStatus(StatusCode.ERROR, failure.message());
    }
    span.end(at);
  }

  /** Clocks of two machines may differ by more than a stage waits. */
  private static Duration positive(Duration time) {
    return time.isNegative() ? Duration.ZERO : time;
  }
}
