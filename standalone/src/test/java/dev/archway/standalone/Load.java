package dev.archway.standalone;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.wire.ContractMapper;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Executions submitted all the time: so many callers, each of whom submits the next when the last
 * has ended. Who is answered 503, or not at all, submits again.
 */
final class Load implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Api api;
  private final String yaml;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<Void>> callers;
  private final List<String> accepted = new CopyOnWriteArrayList<>();
  private final Set<String> ended = ConcurrentHashMap.newKeySet();
  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile boolean over;

  Load(Api api, String yaml, int callers) {
    this.api = api;
    this.yaml = yaml;
    this.callers = Stream.generate(() -> threads.submit(this::call)).limit(callers).toList();
  }

  private Void call() throws InterruptedException {
    while (!over) {
      String id = submit();
      accepted.add(id);
      var _ = api.awaitEnd(id);
      ended.add(id);
    }
    return null;
  }

  private String submit() throws InterruptedException {
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < giveUp) {
      try {
        HttpResponse<String> answer = api.submit(yaml, Map.of());
        if (answer.statusCode() == 202) {
          return ContractMapper.json().readValue(answer.body(), Accepted.class).id().value();
        }
        if (answer.statusCode() != 503) {
          throw new IllegalStateException(
              "not accepted: " + answer.statusCode() + " " + answer.body());
        }
      } catch (UncheckedIOException _) {
        unanswered.incrementAndGet();
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IllegalStateException("nobody has taken a submission for " + PATIENCE);
  }

  /** Returns when so many have ended that were accepted after now. */
  void awaitMore(int count) {
    int before = accepted.size();
    Awaitility.await()
        .atMost(PATIENCE)
        .failFast(
            "a caller has ended",
            () -> callers.stream().anyMatch(caller -> caller.state() == Future.State.FAILED))
        .until(() -> accepted.stream().skip(before).filter(ended::contains).count() >= count);
  }

  /** How often a submission was not answered, so that it is not known whether it was accepted. */
  int unanswered() {
    return unanswered.get();
  }

  /** Submits no more; returns the ids of all that were accepted, when they have ended. */
  List<String> finish() throws InterruptedException, ExecutionException {
    over = true;
    for (Future<Void> caller : callers) {
      var _ = caller.get();
    }
    return List.copyOf(accepted);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
