package dev.archway.planner.feedback;

import dev.archway.contract.wire.ContractMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes calls, each server behind a circuit breaker of its own, so that one that does not answer
 * takes no time from the others. Never follows a redirect. Thread-safe.
 */
final class HttpSender {
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

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NEVER)
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  /** Of the servers that were told last; authors choose addresses, so there may be many. */
  private final Map<String, CircuitBreaker> breakers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CircuitBreaker> eldest) {
          return size() > MOST_SERVERS;
        }
      };

  private final boolean privateNetworks;

  HttpSender(boolean privateNetworks) {
    this.privateNetworks = privateNetworks;
  }

  void send(Call call) {
    URI url = call.url();
    String host = url.getHost();
    if (host == null || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
      throw new Sender.UndeliverableException(
          "the address is none of a web server (expected: https://host/path)");
    }
    if (!call.trusted() && !privateNetworks) {
      refusePrivate(host);
    }
    breaker(String.valueOf(url.getAuthority())).executeRunnable(() -> post(call));
  }

  private CircuitBreaker breaker(String server) {
    synchronized (breakers) {
      return breakers.computeIfAbsent(server, name -> CircuitBreaker.of(name, BREAKER));
    }
  }

  /** The answer is the one that the call itself will be given: Java remembers it for longer. */
  private static void refusePrivate(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        byte[] bytes = address.getAddress();
        boolean unique = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
        boolean shared = bytes.length == 4 && (bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64;
        if (address.isLoopbackAddress()
            || address.isAnyLocalAddress()
            || address.isLinkLocalAddress()
            || address.isSiteLocalAddress()
            || address.isMulticastAddress()
            || unique
            || shared) {
          throw new Sender.UndeliverableException(
              "%s is an address of a private network (expected: a public one; archway.planner.feedback.private-networks=true allows it)"
                  .formatted(host));
        }
      }
    } catch (UnknownHostException e) {
      throw new UncheckedIOException("no address of " + host, e);
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
      status = http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
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
}
