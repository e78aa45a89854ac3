package dev.archway.gateway;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Bounds the time until an answer begins. Spring's own read time-out also ends an answer that has
 * begun, which for a followed log would be after half a minute.
 */
final class AnswerTimeout {
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("answer-timeout").factory());

  private AnswerTimeout() {}

  @FunctionalInterface
  interface Exchange {
    ClientHttpResponse execute() throws IOException;
  }

  /**
   * The answer.
   *
   * @throws HttpTimeoutException when it did not begin in time
   */
  static ClientHttpResponse within(Duration limit, Exchange exchange) throws IOException {
    Alarm alarm = new Alarm(Thread.currentThread());
    ScheduledFuture<?> ring = CLOCK.schedule(alarm::ring, limit.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return exchange.execute();
    } catch (IOException e) {
      if (alarm.disarm()) {
        throw new HttpTimeoutException("no answer within " + limit);
      }
      throw e;
    } finally {
      ring.cancel(false);
      if (alarm.disarm()) {
        // Whatever came of it, the interrupt was for the exchange alone.
        Thread.interrupted();
      }
    }
  }

  private static final class Alarm {
    private final Thread waiting;
    private boolean armed = true;
    private boolean rang;

    Alarm(Thread waiting) {
      this.waiting = waiting;
    }

    synchronized void ring() {
      if (armed) {
        rang = true;
        waiting.interrupt();
      }
    }

    /** It does not ring any more; true when it has. */
    synchronized boolean disarm() {
      armed = false;
      return rang;
    }
  }
}
