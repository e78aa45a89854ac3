package dev.archway.executor.stage;

import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.runtime.StageSession;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The services of one attempt of a stage (Harness page "Background step settings"): each is begun
 * where the flow has it, and all end with the stage. Thread-safe.
 */
final class Services {
  /** How long a service may take to end by itself; what it holds is thrown away with the stage. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final StageSession session;
  private final List<Service> begun = new CopyOnWriteArrayList<>();

  Services(StageSession session) {
    this.session = session;
  }

  private record Service(String id, Thread thread, CompletableFuture<StepFinished> end) {}

  /**
   * Starts a service, or joins it.
   *
   * @return null once it runs; its end if that comes first, as of one that cannot start
   */
  @Nullable StepFinished begin(StepPlan.Run step, StepRun run) throws InterruptedException {
    CompletableFuture<StepFinished> end = new CompletableFuture<>();
    CompletableFuture<Boolean> running = new CompletableFuture<>();
    // One whose end is known is only told again.
    boolean over = run.before(step.id()) != null;
    Thread thread =
        Thread.ofVirtual()
            .name("service-" + session.key() + "-" + step.id())
            .unstarted(() -> {
              try {
                end.complete(run.run(step, List.of(), List.of(), () -> running.complete(true)));
              } catch (InterruptedException | RuntimeException e) {
                end.completeExceptionally(e);
              }
            });
    begun.add(new Service(step.id(), thread, end));
    thread.start();
    try {
      return CompletableFuture.anyOf(over ? end : running, end).get() instanceof StepFinished told
          ? told
          : null;
    } catch (ExecutionException e) {
      throw broken(step.id(), e);
    }
  }

  /** Ends every service and returns once all of them has been told. */
  void end() throws InterruptedException {
    begun.forEach(service -> session.stop(service.id(), GRACE));
    for (Service service : begun) {
      try {
        var _ = service.end().get();
      } catch (ExecutionException e) {
        throw broken(service.id(), e);
      }
    }
  }

  /** Stops following them; they go on. */
  void letGo() {
    begun.forEach(service -> service.thread().interrupt());
  }

  private static RuntimeException broken(String step, ExecutionException e)
      throws InterruptedException {
    if (e.getCause() instanceof InterruptedException) {
      throw new InterruptedException();
    }
    return new IllegalStateException("service %s broke off".formatted(step), e.getCause());
  }
}
