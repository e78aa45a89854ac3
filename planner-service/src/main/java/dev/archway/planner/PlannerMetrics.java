package dev.archway.planner;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.ExecutionEvent.ExecutionFinished;
import dev.archway.contract.event.ExecutionEvent.ExecutionQueued;
import dev.archway.planner.machine.Request;
import dev.archway.planner.store.ExecutionStore;
import dev.archway.planner.store.ExecutionStore.Waiting;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * What the planner counts. Queues are looked up in the database, so that every planner tells the
 * same of them: take the maximum, not the sum. Thread-safe.
 */
final class PlannerMetrics {
  private static final Duration[] LENGTHS = {
    Duration.ofSeconds(10),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofHours(1)
  };

  private final MeterRegistry meters;
  private final Clock clock;
  private final Set<String> platforms = ConcurrentHashMap.newKeySet();
  private final AtomicLong outbox = new AtomicLong();
  private final MultiGauge waiting;
  private final MultiGauge oldest;

  PlannerMetrics(MeterRegistry meters, Clock clock) {
    this.meters = meters;
    this.clock = clock;
    Gauge.builder("archway.outbox.waiting", outbox, AtomicLong::doubleValue)
        .description("Records that wait to be published")
        .register(meters);
    this.waiting =
        MultiGauge.builder("archway.stages.waiting")
            .description("Stages that were given to the executors and have not started")
            .register(meters);
    this.oldest =
        MultiGauge.builder("archway.stages.waiting.oldest")
            .description("How long the first of the waiting stages has waited")
            .baseUnit("seconds")
            .register(meters);
  }

  /** Counts what has been told of an execution. */
  void count(Request request, List<ExecutionEvent> events) {
    for (ExecutionEvent event : events) {
      switch (event) {
        case ExecutionQueued _ -> {
          meters.counter("archway.executions.submitted").increment();
          request.plan().stages().forEach(stage -> platforms.add(stage.platform().toString()));
        }
        case ExecutionFinished end ->
            Timer.builder("archway.execution.run")
                .description("From submission to end")
                .tag("status", end.status().word())
                .serviceLevelObjectives(LENGTHS)
                .register(meters)
                .record(Duration.between(request.createdAt(), end.at()));
        default -> {}
      }
    }
  }

  /** Tells the queues as they are now; a platform that was seen stays, with nothing waiting. */
  void measure(Map<String, Waiting> queues, long unpublished) {
    outbox.set(unpublished);
    Instant now = clock.instant();
    platforms.addAll(queues.keySet());
    waiting.register(
        platforms.stream()
            .map(platform -> {
              Waiting queue = queues.get(platform);
              return Row.of(Tags.of("platform", platform), queue == null ? 0 : queue.stages());
            })
            .toList(),
        true);
    oldest.register(
        platforms.stream()
            .map(platform -> {
              Waiting queue = queues.get(platform);
              return Row.of(
                  Tags.of("platform", platform),
                  queue == null ? 0 : Duration.between(queue.since(), now).toMillis() / 1000.0);
            })
            .toList(),
        true);
  }

  /** Looks at the queues from time to time. */
  static final class Watch {
    private final PlannerMetrics metrics;
    private final ExecutionStore store;

    Watch(PlannerMetrics metrics, ExecutionStore store) {
      this.metrics = metrics;
      this.store = store;
    }

    @Scheduled(fixedDelay = 5_000)
    void look() {
      metrics.measure(store.waiting(), store.unpublished());
    }
  }
}
