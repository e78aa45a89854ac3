package dev.archway.gateway.session;

import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Credential;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Gives a browser the shown token as its cookie, and takes it back. The cookie is the token: what
 * ends the one ends the other.
 */
@RestController
public final class SessionController {
  private final Sessions sessions;
  private final boolean openId;

  /**
   * What a visitor may sign in with, beside a token.
   *
   * @param openId true with an account at the OpenID provider
   */
  public record LoginMethods(boolean openId) {}

  /**
   * @param openId whether there is an OpenID provider
   */
  public SessionController(Sessions sessions, boolean openId) {
    this.sessions = sessions;
    this.openId = openId;
  }

  @GetMapping("/api/v1/login")
  LoginMethods methods() {
    return new LoginMethods(openId);
  }

  @PostMapping("/api/v1/session")
  Caller signIn(HttpServletRequest request, HttpServletResponse response) {
    Optional<String> shown = Credential.of(request);
    shown.ifPresent(text -> SessionCookie.set(request, response, text));
    return Caller.of(request);
  }

  @DeleteMapping("/api/v1/session")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void signOut(HttpServletRequest request, HttpServletResponse response) {
    Credential.of(request).ifPresent(sessions::end);
    SessionCookie.clear(request, response);
  }
}
