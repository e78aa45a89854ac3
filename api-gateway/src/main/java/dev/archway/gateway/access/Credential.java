package dev.archway.gateway.access;

import dev.archway.web.BearerToken;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** What a request shows: a bearer token, or in a browser the session's cookie. */
public final class Credential {
  /** The name of the session's cookie. */
  public static final String COOKIE = "archway-session";

  /**
   * A header that this server's own pages send. A browser lets no other site's page send it without
   * asking first, and that is never granted, so a change that comes with the cookie and this header
   * was wanted (OWASP, "Cross-Site Request Forgery Prevention", custom request headers).
   */
  private static final String OWN_PAGE = "X-Requested-With";

  private Credential() {}

  /** The text that is shown; empty when there is none. */
  public static Optional<String> of(HttpServletRequest request) {
    if (request.getHeader(HttpHeaders.AUTHORIZATION) != null) {
      return BearerToken.textOf(request.getHeader(HttpHeaders.AUTHORIZATION));
    }
    return cookie(request, COOKIE).map(Credential::read);
  }

  /** The text as it is written in the session's cookie, which takes fewer characters. */
  public static String written(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String read(String written) {
    try {
      return URLDecoder.decode(written, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Not written here; it is nobody's.
      return written;
    }
  }

  /** A cookie's value; empty when it is not there. */
  public static Optional<String> cookie(HttpServletRequest request, String name) {
    Cookie[] cookies = request.getCookies();
    if (cookies != null) {
      for (Cookie cookie : cookies) {
        if (cookie.getName().equals(name) && !cookie.getValue().isEmpty()) {
          return Optional.of(cookie.getValue());
        }
      }
    }
    return Optional.empty();
  }

  /** True unless another site's page may have made the browser send this. */
  static boolean meant(HttpServletRequest request) {
    return request.getHeader(HttpHeaders.AUTHORIZATION) != null
        || request.getHeader(OWN_PAGE) != null;
  }
}
