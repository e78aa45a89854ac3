package dev.archway.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets in who shows a valid bearer token (RFC 6750), and anyone to the health probes; all others
 * are told so with a problem document. Thread-safe if what checks the token is.
 */
public final class BearerTokenFilter extends OncePerRequestFilter {
  private static final Set<String> PROBES =
      Set.of("/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness");

  /** Whom the tokens are for, as the answer to a wrong one tells it. */
  public record Realm(String name, String refusal) {}

  private final Predicate<BearerToken> valid;
  private final Realm realm;
  private final Predicate<String> open;

  /**
   * @param open true of undecoded paths that are open to all, beside the health probes
   */
  public BearerTokenFilter(Predicate<BearerToken> valid, Realm realm, Predicate<String> open) {
    this.valid = valid;
    this.realm = realm;
    this.open = open.or(PROBES::contains);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    // The raw path: no encoding or path parameter turns another path into an open one.
    boolean allowed =
        open.test(request.getRequestURI())
            || BearerToken.ofHeader(request.getHeader(HttpHeaders.AUTHORIZATION))
                .filter(valid)
                .isPresent();
    if (allowed) {
      chain.doFilter(request, response);
      return;
    }
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"" + realm.name() + "\"");
    ProblemBodies.write(response, 401, "Unauthorized", realm.refusal());
  }
}
