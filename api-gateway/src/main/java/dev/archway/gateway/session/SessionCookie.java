package dev.archway.gateway.session;

import dev.archway.gateway.access.Credential;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/**
 * The session's cookie: no script reads it, and it is not sent along with other sites' requests.
 */
public final class SessionCookie {
  private SessionCookie() {}

  /** Has the browser show this text from now on, until it is closed. */
  public static void set(HttpServletRequest request, HttpServletResponse response, String text) {
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        cookie(request, Credential.COOKIE, Credential.written(text)).toString());
  }

  /** Has the browser forget it. */
  public static void clear(HttpServletRequest request, HttpServletResponse response) {
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        cookie(request, Credential.COOKIE, "").mutate().maxAge(0).build().toString());
  }

  /** A cookie of this kind. */
  public static ResponseCookie cookie(HttpServletRequest request, String name, String value) {
    return ResponseCookie.from(name, value)
        .httpOnly(true)
        .secure(request.isSecure())
        .sameSite("Lax")
        .path("/")
        .build();
  }
}
