package dev.archway.gateway;

import dev.archway.contract.api.ProblemDocument;
import dev.archway.gateway.access.Caller;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.server.mvc.filter.BeforeFilterFunctions;
import org.springframework.cloud.gateway.server.mvc.handler.GatewayRouterFunctions;
import org.springframework.cloud.gateway.server.mvc.handler.HandlerFunctions;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * One service behind the gateway. When it cannot be reached several times in a row its requests are
 * answered 503 at once for a while; other services are not affected.
 */
final class Backend {
  private static final Logger log = LoggerFactory.getLogger(Backend.class);
  private static final int FAILURES_IN_A_ROW = 5;

  /**
   * A kept connection that the service has closed meanwhile, or a restart, is worth one more try.
   */
  private static final int TRIES_OF_READS = 2;

  /** Tells a service who asks, for people. */
  private static final String CALLER = "Archway-Caller";

  private final String name;
  private final URI url;
  private final String serviceToken;
  private final Duration retryAfter;
  private final CircuitBreaker breaker;

  Backend(String name, URI url, String serviceToken, Duration retryAfter) {
    this.name = name;
    this.url = url;
    this.serviceToken = serviceToken;
    this.retryAfter = retryAfter;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(FAILURES_IN_A_ROW)
                .minimumNumberOfCalls(FAILURES_IN_A_ROW)
                .failureRateThreshold(100)
                .waitDurationInOpenState(retryAfter)
                .permittedNumberOfCallsInHalfOpenState(1)
                .build());
  }

  /** The service gets these requests, with the service token in place of the user's. */
  RouterFunction<ServerResponse> takes(RequestPredicate requests) {
    return GatewayRouterFunctions.route(name)
        .route(requests, HandlerFunctions.http())
        .before(BeforeFilterFunctions.uri(url))
        .before(
            BeforeFilterFunctions.setRequestHeader(
                HttpHeaders.AUTHORIZATION, "Bearer " + serviceToken))
        .before(Backend::tellCaller)
        .filter(this::guarded)
        .build();
  }

  /** Services may believe this header: what the caller sent under its name does not pass. */
  private static ServerRequest tellCaller(ServerRequest request) {
    return ServerRequest.from(request)
        .headers(headers -> headers.set(CALLER, Caller.of(request.servletRequest()).name()))
        .build();
  }

  private ServerResponse guarded(ServerRequest request, HandlerFunction<ServerResponse> next)
      throws Exception {
    int tries = request.method().equals(HttpMethod.GET) ? TRIES_OF_READS : 1;
    while (true) {
      tries--;
      try {
        return breaker.executeCallable(() -> next.handle(request));
      } catch (CallNotPermittedException e) {
        return unavailable();
      } catch (ResourceAccessException | IOException e) {
        // Nothing has been written yet, and reading again changes nothing.
        if (tries == 0 || e.getCause() instanceof HttpTimeoutException) {
          log.warn("cannot reach {}: {}", name, e.toString());
          return unavailable();
        }
        log.debug("asking {} again: {}", name, e.toString());
      }
    }
  }

  private ServerResponse unavailable() {
    return ServerResponse.status(503)
        .header(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter.toSeconds()))
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(
            new ProblemDocument(
                null,
                "Service Unavailable",
                503,
                "%s does not answer now; try again in %d s".formatted(name, retryAfter.toSeconds()),
                List.of()));
  }
}
