package dev.archway.planner.feedback;

import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRefusedException;
import dev.archway.contract.wire.ContractMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes calls, each server behind a circuit breaker of its own, so that one that does not answer
 * takes no time from the others. Never follows a redirect, and leaves by the guarded way only:
 * where a pipeline's author chose the address, by one of its own, which may lead to fewer places.
 * Thread-safe.
 */
final class HttpSender implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_SERVERS = 500;
  private static final CircuitBreakerConfig BREAKER =
      CircuitBreakerConfig.custom()
          .slidingWindowSize(10)
          .minimumNumberOfCalls(5)
          .failureRateThreshold(80)
          .waitDurationInOpenState(Duration.ofSeconds(30))
          .permittedNumberOfCallsInHalfOpenState(1)
          .ignoreException(e -> e instanceof Sender.UndeliverableException)
          .build();

  private final HttpClient toServers;
  private final HttpClient toAuthorsAddresses;

  /** Of the servers that were told last; authors choose addresses, so there may be many. */
  private final Map<String, CircuitBreaker> breakers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CircuitBreaker> eldest) {
          return size() > MOST_SERVERS;
        }
      };

  /**
   * Speaks by these ways, which the caller closes afterwards.
   *
   * @param servers to the servers of connectors
   * @param authors to addresses that pipelines' authors chose
   */
  HttpSender(Egress servers, Egress authors) {
    this.toServers = client(servers);
    this.toAuthorsAddresses = client(authors);
  }

  private static HttpClient client(Egress way) {
    return way.http(
        HttpClient.newBuilder().connectTimeout(PATIENCE).version(HttpClient.Version.HTTP_1_1));
  }

  void send(Call call) {
    URI url = call.url();
    String host = url.getHost();
    if (host == null || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
      throw new Sender.UndeliverableException(
          "the address is none of a web server (expected: https://host/path)");
    }
    breaker(String.valueOf(url.getAuthority())).executeRunnable(() -> post(call));
  }

  private CircuitBreaker breaker(String server) {
    synchronized (breakers) {
      return breakers.computeIfAbsent(server, name -> CircuitBreaker.of(name, BREAKER));
    }
  }

  private void post(Call call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.url())
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("User-Agent", "archway")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    ContractMapper.json().writeValueAsString(call.body())));
    try {
      call.headers().forEach(request::setHeader);
    } catch (IllegalArgumentException e) {
      throw new Sender.UndeliverableException("a header cannot be sent: " + e.getMessage());
    }
    int status;
    try {
      status =
          (call.trusted() ? toServers : toAuthorsAddresses)
              .send(request.build(), HttpResponse.BodyHandlers.discarding())
              .statusCode();
    } catch (EgressRefusedException e) {
      throw new Sender.UndeliverableException(
          call.trusted()
              ? String.valueOf(e.getMessage())
              : "%s (for notifications archway.planner.feedback.private-networks decides as well)"
                  .formatted(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while telling " + call.url().getHost(), e);
    }
    if (status >= 200 && status < 300) {
      return;
    }
    String what = "%s answers %d (expected: 2xx)".formatted(call.url().getHost(), status);
    if (status >= 300 && status < 500 && status != 408 && status != 429) {
      throw new Sender.UndeliverableException(what);
    }
    throw new IllegalStateException(what);
  }

  @Override
  public void close() {
    toServers.close();
    toAuthorsAddresses.close();
  }
}
