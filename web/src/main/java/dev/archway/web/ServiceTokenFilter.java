package dev.archway.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets only requests in that carry the installation's service token, and health probes. */
final class ServiceTokenFilter extends OncePerRequestFilter {
  /**
   * Compared with the raw path, so that no encoding or path parameter turns another path into one
   * of these.
   */
  private static final Set<String> OPEN =
      Set.of("/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness");

  private final BearerToken serviceToken;

  ServiceTokenFilter(String serviceToken) {
    if (serviceToken.isBlank()) {
      throw new IllegalArgumentException(
          "cannot protect the service: archway.service-token is blank (expected: a long random text that all services share); set it");
    }
    this.serviceToken = BearerToken.of(serviceToken);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    boolean allowed =
        OPEN.contains(request.getRequestURI())
            || BearerToken.ofHeader(request.getHeader(HttpHeaders.AUTHORIZATION))
                .filter(serviceToken::sameAs)
                .isPresent();
    if (allowed) {
      chain.doFilter(request, response);
      return;
    }
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"archway services\"");
    ProblemBodies.write(
        response,
        401,
        "Unauthorized",
        "This service answers its own installation only; call the gateway instead.");
  }
}
