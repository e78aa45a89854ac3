package dev.archway.executor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A stand-in for Cloud Storage: as much of its JSON API as one bucket needs, and the token endpoint
 * that takes one service account's signature. No real one can be had offline.
 */
public final class TestCloudStorage {
  public static final String BUCKET = "caches";
  private static final String OBJECTS = "/storage/v1/b/" + BUCKET + "/o";
  private static final String UPLOADS = "/upload/storage/v1/b/" + BUCKET + "/o";

  private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final KeyPair key;
  private final HttpServer server;

  public TestCloudStorage() throws IOException, GeneralSecurityException {
    key = newKey();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The service account's key file. */
  public String keyFile() throws GeneralSecurityException {
    return keyFile(key);
  }

  /** One of the same account that was made elsewhere. */
  public String foreignKeyFile() throws GeneralSecurityException {
    return keyFile(newKey());
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(2048);
    return keys.generateKeyPair();
  }

  private String keyFile(KeyPair pair) {
    String pem =
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(
                Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(pair.getPrivate().getEncoded()));
    return ContractMapper.json()
        .writeValueAsString(
            Map.of(
                "type", "service_account",
                "client_email", "ci@acme.iam.example",
                "private_key_id", "1",
                "private_key", pem,
                "token_uri", address() + "/token"));
  }

  public List<String> names() {
    return List.copyOf(objects.keySet());
  }

  public void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/token")) {
        token(exchange, new String(body, StandardCharsets.UTF_8));
      } else if (!"Bearer good".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        error(exchange, 401);
      } else if (path.equals(UPLOADS)) {
        json(exchange, 200, stored(body));
      } else if (path.equals(OBJECTS)) {
        json(exchange, 200, Map.of("kind", "storage#objects", "items", List.of()));
      } else if (path.startsWith(OBJECTS + "/")) {
        read(exchange, path.substring(OBJECTS.length() + 1));
      } else {
        error(exchange, 404);
      }
    }
  }

  /** RFC 7523: the assertion is signed with the account's key. */
  private void token(HttpExchange exchange, String form) throws IOException {
    String assertion =
        Arrays.stream(form.split("&", -1))
            .filter(field -> field.startsWith("assertion="))
            .map(field ->
                URLDecoder.decode(field.substring("assertion=".length()), StandardCharsets.UTF_8))
            .findFirst()
            .orElse("");
    int dot = assertion.lastIndexOf('.');
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(key.getPublic());
      signature.update(assertion.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
      if (signature.verify(Base64.getUrlDecoder().decode(assertion.substring(dot + 1)))) {
        json(
            exchange,
            200,
            Map.of("access_token", "good", "token_type", "Bearer", "expires_in", 3600));
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
    json(exchange, 400, Map.of("error", "invalid_grant", "error_description", "Invalid signature"));
  }

  /** A multipart/related body: the object's own fields, then its content. */
  private Map<String, Object> stored(byte[] body) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    String boundary = text.substring(0, text.indexOf("\r\n"));
    int fields = text.indexOf("\r\n\r\n") + 4;
    int second = text.indexOf("\r\n" + boundary, fields);
    int content = text.indexOf("\r\n\r\n", second) + 4;
    int end = text.lastIndexOf("\r\n" + boundary);
    Map<?, ?> written =
        ContractMapper.json().readValue(Arrays.copyOfRange(body, fields, second), Map.class);
    String name = String.valueOf(written.get("name"));
    objects.put(name, Arrays.copyOfRange(body, content, end));
    return described(name);
  }

  private void read(HttpExchange exchange, String name) throws IOException {
    byte[] content = objects.get(name);
    if (content == null) {
      error(exchange, 404);
    } else if (String.valueOf(exchange.getRequestURI().getQuery()).contains("alt=media")) {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    } else {
      json(exchange, 200, described(name));
    }
  }

  private Map<String, Object> described(String name) {
    byte[] content = objects.getOrDefault(name, new byte[0]);
    Map<String, Object> fields = new HashMap<>();
    fields.put("name", name);
    fields.put("bucket", BUCKET);
    fields.put("size", Integer.toString(content.length));
    fields.put("updated", "2026-01-01T00:00:00Z");
    fields.put("contentType", "application/octet-stream");
    fields.put("mediaLink", address() + OBJECTS + "/" + name + "?alt=media");
    try {
      fields.put(
          "md5Hash",
          Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(content)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return fields;
  }

  private static void error(HttpExchange exchange, int code) throws IOException {
    json(exchange, code, Map.of("error", Map.of("code", code, "message", "answer " + code)));
  }

  private static void json(HttpExchange exchange, int code, Map<String, ?> fields)
      throws IOException {
    byte[] answer = ContractMapper.json().writeValueAsBytes(fields);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, answer.length);
    exchange.getResponseBody().write(answer);
  }
}
