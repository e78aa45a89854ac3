package dev.archway.connector;

import dev.archway.connector.Checks.FailedException;
import dev.archway.contract.connector.Connector.DockerRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Logs in at a registry: the version check of the OCI distribution specification ("Determining
 * Support"), and the token authentication of Docker's.
 */
final class RegistryProbe {
  private static final Pattern CHALLENGE = Pattern.compile("(?i)\\s*(basic|bearer)\\b(.*)");
  private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  private final HttpClient http;
  private final URI check;
  private final @Nullable RegistryLogin login;

  /**
   * @param login null for nobody in particular
   */
  RegistryProbe(HttpClient http, DockerRegistry registry, @Nullable RegistryLogin login) {
    this.http = http;
    this.check = registry.url().resolve("/v2/");
    this.login = login;
  }

  /** What was found; the exception says why nobody can log in. */
  String run() throws IOException, InterruptedException {
    Answer first = Answer.of(http, HttpRequest.newBuilder(check));
    if (first.status() == 200) {
      return login == null
          ? "the registry answers, and asks for no login"
          : "the registry answers, and does not look at logins";
    }
    if (first.status() != 401) {
      throw new FailedException(
          "%s answered %s (expected: 200 or 401 of an OCI registry)"
              .formatted(check, first.reason()));
    }
    Answer second =
        Answer.of(
            http, HttpRequest.newBuilder(check).header("Authorization", authorization(first)));
    if (second.status() != 200) {
      throw new FailedException(
          "%s answered %s after the login (expected: 200)".formatted(check, second.reason()));
    }
    return login == null ? "the registry lets anybody in" : "logged in as " + login.username();
  }

  private String authorization(Answer refused) throws IOException, InterruptedException {
    List<String> challenges = refused.headers().allValues("WWW-Authenticate");
    for (String challenge : challenges) {
      Matcher matcher = CHALLENGE.matcher(challenge);
      if (!matcher.matches()) {
        continue;
      }
      if (matcher.group(1).toLowerCase(Locale.ROOT).equals("bearer")) {
        return "Bearer " + token(matcher.group(2));
      }
      if (login != null) {
        return basic(login);
      }
      throw new FailedException(
          "%s asks for a user and a password (expected: a connector with them)".formatted(check));
    }
    throw new FailedException(
        "%s asks for a login of an unknown kind (expected: Basic or Bearer)".formatted(check));
  }

  private String token(String parameters) throws IOException, InterruptedException {
    Map<String, String> values = new HashMap<>();
    Matcher matcher = PARAMETER.matcher(parameters);
    while (matcher.find()) {
      values.put(matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2));
    }
    URI realm;
    try {
      String service = values.getOrDefault("service", "");
      String written = values.getOrDefault("realm", "");
      realm =
          URI.create(
              written
                  + (written.contains("?") ? "&" : "?")
                  + "service="
                  + URLEncoder.encode(service, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new FailedException("%s names a token server that is no URL".formatted(check));
    }
    // The login may go elsewhere only where nobody can read it on the way.
    if (!"https".equals(realm.getScheme())
        && !String.valueOf(realm.getAuthority()).equals(check.getAuthority())) {
      throw new FailedException(
          "%s names token server %s (expected: https, or the registry itself)"
              .formatted(check, realm.getAuthority()));
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(realm);
    if (login != null) {
      request.header("Authorization", basic(login));
    }
    Answer answer = Answer.of(http, request);
    String token =
        answer.json().path("token").asString(answer.json().path("access_token").asString(""));
    if (answer.status() != 200 || token.isEmpty()) {
      throw new FailedException(
          "token server %s answered %s (expected: 200 with a token); check the user and the password"
              .formatted(realm.getAuthority(), answer.reason()));
    }
    return token;
  }

  private static String basic(RegistryLogin login) {
    return "Basic "
        + Base64.getEncoder().encodeToString(login.pair().getBytes(StandardCharsets.UTF_8));
  }
}
