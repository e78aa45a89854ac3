package dev.archway.gateway;

import dev.archway.web.BearerToken;
import dev.archway.web.ProblemBodies;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets in who shows a known token; the front page and health probes are open to all. */
final class AccessFilter extends OncePerRequestFilter {
  /** Compared with the raw path, so that no encoding turns another path into one of these. */
  private static final Set<String> OPEN =
      Set.of("/", "/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness");

  private final AccessTokens tokens;

  AccessFilter(AccessTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    boolean allowed =
        OPEN.contains(request.getRequestURI())
            || BearerToken.ofHeader(request.getHeader(HttpHeaders.AUTHORIZATION))
                .filter(tokens::allow)
                .isPresent();
    if (allowed) {
      chain.doFilter(request, response);
      return;
    }
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"archway\"");
    ProblemBodies.write(
        response,
        401,
        "Unauthorized",
        "No valid token was shown (expected: header Authorization: Bearer <token>); ask the one who runs this server for a token.");
  }
}
