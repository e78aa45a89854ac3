package dev.archway.registry.oci;

import dev.archway.contract.image.Repository;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.registry.oci.OciException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Sends requests, answers challenges, follows redirects and names errors. Needs an {@link
 * HttpClient} that follows no redirects itself.
 */
final class Exchange {
  private static final int REDIRECTS = 5;
  private static final int TEXT_LIMIT = 256 * 1024;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http;
  private final URI own;
  private final @Nullable Credentials credentials;

  /** The {@code Authorization} that was taken last, by repository and whether writing. */
  private final Map<String, String> authorizations = new HashMap<>();

  record Answer(byte[] body, Optional<String> contentType) {}

  Exchange(HttpClient http, URI own, @Nullable Credentials credentials) {
    this.http = http;
    this.own = own;
    this.credentials = credentials;
  }

  Answer get(URI uri, Repository repository, String accept, int limit, String action) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Accept", accept).GET();
    URI at = uri;
    for (int hop = 0; ; hop++) {
      HttpResponse<InputStream> response = authorized(request, at, repository, "pull", action);
      try (InputStream body = response.body()) {
        if (response.statusCode() / 100 == 3 && hop < REDIRECTS) {
          at = redirect(at, response, action);
          request = HttpRequest.newBuilder(at).header("Accept", accept).GET();
          continue;
        }
        byte[] content = body.readNBytes(limit + 1);
        if (response.statusCode() != 200) {
          throw error(response, content, action);
        }
        if (content.length > limit) {
          throw new OciException(
              Kind.MISMATCH,
              "cannot %s: the answer is over %d bytes, the most that is read"
                  .formatted(action, limit));
        }
        return new Answer(
            content,
            response.headers().firstValue("Content-Type").map(t -> t.split(";", 2)[0].strip()));
      } catch (IOException e) {
        throw unreachable(at, action, e);
      }
    }
  }

  void put(URI uri, Repository repository, String contentType, byte[] content, String action) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", contentType)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(content));
    HttpResponse<InputStream> response = authorized(request, uri, repository, "pull,push", action);
    try (InputStream body = response.body()) {
      byte[] answer = body.readNBytes(TEXT_LIMIT);
      if (response.statusCode() != 201) {
        throw error(response, answer, action);
      }
    } catch (IOException e) {
      throw unreachable(uri, action, e);
    }
  }

  /** The client follows redirects by hand, so that they carry no credentials and lose no TLS. */
  private static URI redirect(URI from, HttpResponse<?> response, String action) {
    String location = response.headers().firstValue("Location").orElse("");
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new OciException(
          Kind.MISMATCH,
          "cannot %s: redirected to \"%s\", which is no URL".formatted(action, location),
          null,
          e);
    }
    boolean keepsTls = "https".equals(to.getScheme()) || "http".equals(from.getScheme());
    if (location.isEmpty() || to.getHost() == null || !keepsTls) {
      throw new OciException(
          Kind.MISMATCH,
          "cannot %s: redirected from %s to \"%s\" (expected: a URL, and https after https)"
              .formatted(action, from.getAuthority(), location));
    }
    return to;
  }

  private HttpResponse<InputStream> authorized(
      HttpRequest.Builder request, URI uri, Repository repository, String rights, String action) {
    boolean mine = sameOrigin(uri, own);
    String scope = "repository:" + repository.path() + ":" + rights;
    String known = authorizations.get(scope);
    if (mine && known != null) {
      request.setHeader("Authorization", known);
    }
    HttpResponse<InputStream> response = send(request.build(), action);
    if (response.statusCode() != 401 || !mine) {
      return response;
    }
    Optional<String> answer = answer(response, scope, action);
    if (answer.isEmpty()) {
      return response;
    }
    closeQuietly(response);
    authorizations.put(scope, answer.get());
    request.setHeader("Authorization", answer.get());
    return send(request.build(), action);
  }

  private Optional<String> answer(HttpResponse<?> response, String scope, String action) {
    for (Challenge challenge : Challenge.of(response.headers().allValues("WWW-Authenticate"))) {
      if (challenge.scheme().equals("basic") && credentials != null) {
        return Optional.of(credentials.basic());
      }
      if (challenge.scheme().equals("bearer")) {
        return Optional.of("Bearer " + token(challenge, scope, action));
      }
    }
    return Optional.empty();
  }

  /**
   * Token authentication as Docker's registry specification describes it ("Token Authentication").
   */
  private String token(Challenge challenge, String scope, String action) {
    String realm = challenge.parameters().getOrDefault("realm", "");
    URI server;
    try {
      server = URI.create(realm);
    } catch (IllegalArgumentException e) {
      throw new OciException(
          Kind.MISMATCH,
          "cannot %s: the registry names token server \"%s\", which is no URL"
              .formatted(action, realm),
          null,
          e);
    }
    // A registry may name a token server elsewhere, but then credentials need TLS on the way.
    if (!"https".equals(server.getScheme()) && !sameOrigin(server, own)) {
      throw new OciException(
          Kind.DENIED,
          "cannot %s: the registry names token server %s (expected: https, or the registry itself)"
              .formatted(action, realm));
    }
    StringBuilder query = new StringBuilder("scope=").append(encode(scope));
    String service = challenge.parameters().get("service");
    if (service != null) {
      query.append("&service=").append(encode(service));
    }
    String join = server.getRawQuery() == null ? "?" : "&";
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(realm + join + query)).GET();
    if (credentials != null) {
      request.setHeader("Authorization", credentials.basic());
    }
    HttpResponse<InputStream> response = send(request.build(), action);
    try (InputStream body = response.body()) {
      byte[] content = body.readNBytes(TEXT_LIMIT);
      if (response.statusCode() != 200) {
        throw error(response, content, action + " (token server " + server.getAuthority() + ")");
      }
      JsonNode answer = ContractMapper.json().readTree(content);
      for (String name : new String[] {"token", "access_token"}) {
        if (answer.path(name).isString()) {
          return answer.path(name).stringValue();
        }
      }
    } catch (IOException e) {
      throw unreachable(server, action, e);
    } catch (JacksonException e) {
      throw new OciException(
          Kind.MISMATCH,
          "cannot %s: token server %s sent something else than JSON"
              .formatted(action, server.getAuthority()),
          null,
          e);
    }
    throw new OciException(
        Kind.MISMATCH,
        "cannot %s: token server %s sent no token".formatted(action, server.getAuthority()));
  }

  private HttpResponse<InputStream> send(HttpRequest request, String action) {
    try {
      HttpRequest limited =
          HttpRequest.newBuilder(request, (name, value) -> true).timeout(TIMEOUT).build();
      return http.send(limited, HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw unreachable(request.uri(), action, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while waiting for a registry", e);
    }
  }

  private static OciException unreachable(URI uri, String action, IOException e) {
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new OciException(
        Kind.UNAVAILABLE,
        "cannot %s: no answer from %s (%s); check the registry's address and that it runs"
            .formatted(action, uri.getAuthority(), why),
        null,
        e);
  }

  private static OciException error(HttpResponse<?> response, byte[] body, String action) {
    int status = response.statusCode();
    String told =
        "cannot %s: %s answered %d%s"
            .formatted(action, response.uri().getAuthority(), status, reasons(body));
    if (status == 401 || status == 403) {
      return new OciException(Kind.DENIED, told + "; check the connector's user and password");
    }
    if (status == 404) {
      return new OciException(Kind.NOT_FOUND, told);
    }
    if (status == 429 || status == 408 || status >= 500) {
      return new OciException(Kind.UNAVAILABLE, told, retryAfter(response).orElse(null), null);
    }
    return new OciException(Kind.REFUSED, told);
  }

  /** Only the form in seconds; registries do not send the form with a date. */
  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .map(String::strip)
        .filter(value -> value.matches("[0-9]{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)));
  }

  /** The codes and messages of an OCI error body, so far as it is one. */
  private static String reasons(byte[] body) {
    try {
      StringBuilder told = new StringBuilder();
      for (JsonNode error : ContractMapper.json().readTree(body).path("errors")) {
        told.append(told.isEmpty() ? " (" : "; ")
            .append(error.path("code").asString(""))
            .append(": ")
            .append(error.path("message").asString(""));
      }
      return told.isEmpty() ? "" : told.append(")").toString();
    } catch (JacksonException e) {
      return "";
    }
  }

  private static boolean sameOrigin(URI a, URI b) {
    return a.getScheme() != null
        && a.getScheme().equals(b.getScheme())
        && a.getAuthority() != null
        && a.getAuthority().equalsIgnoreCase(b.getAuthority());
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static void closeQuietly(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      body.readNBytes(TEXT_LIMIT);
    } catch (IOException e) {
      // The answer to the challenge goes over a new connection then.
      return;
    }
  }
}
