package dev.archway.registry;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A docker-registry process of its own on a free port, with images put there as bytes. */
public final class RealRegistry implements AutoCloseable {
  public static final String USER = "robot";
  public static final String PASSWORD = "correct horse";

  /** The bcrypt hash of {@link #PASSWORD}; no other kind is read by the registry. */
  private static final String HTPASSWD =
      USER + ":$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n";

  private final Path directory;
  private final String scheme;
  private final HttpClient client;
  private final boolean withPassword;
  private final int port;
  private @Nullable Process process;

  /** A registry that anybody may use over plain HTTP. */
  public static RealRegistry open(Path directory) {
    return new RealRegistry(directory, "http", HttpClient.newHttpClient(), false, "");
  }

  /** A registry that wants a password, over TLS with this certificate and key. */
  public static RealRegistry closed(Path directory, HttpClient client, Path certificate, Path key) {
    return new RealRegistry(
        directory,
        "https",
        client,
        true,
        """
          tls: {certificate: %s, key: %s}
        auth: {htpasswd: {realm: ci, path: %s}}
        """
            .formatted(certificate, key, directory.resolve("htpasswd")));
  }

  private RealRegistry(
      Path directory, String scheme, HttpClient client, boolean withPassword, String more) {
    this.directory = directory;
    this.scheme = scheme;
    this.client = client;
    this.withPassword = withPassword;
    try (ServerSocket free = new ServerSocket(0)) {
      this.port = free.getLocalPort();
      Files.writeString(directory.resolve("htpasswd"), HTPASSWD);
      Files.writeString(
          directory.resolve("registry.yml"),
          """
          version: 0.1
          log: {level: error, accesslog: {disabled: true}}
          storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
          http:
            addr: 127.0.0.1:%d
            secret: x
          """
                  .formatted(directory.resolve("data"), port)
              + more);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  public void start() {
    ProcessBuilder command =
        new ProcessBuilder(
            "docker-registry", "serve", directory.resolve("registry.yml").toString());
    command.environment().remove("REGISTRY_AUTH_FILE");
    command.redirectErrorStream(true);
    command.redirectOutput(
        ProcessBuilder.Redirect.appendTo(directory.resolve("registry.log").toFile()));
    try {
      process = command.start();
    } catch (IOException e) {
      throw new UncheckedIOException("docker-registry must be installed for this test", e);
    }
    Awaitility.await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(20, TimeUnit.SECONDS)
        .ignoreExceptions()
        .until(() ->
            client
                    .send(
                        HttpRequest.newBuilder(url().resolve("/v2/")).build(),
                        HttpResponse.BodyHandlers.discarding())
                    .statusCode()
                < 500);
  }

  public void stop() {
    if (process != null) {
      process.destroyForcibly();
      process.onExit().join();
      process = null;
    }
  }

  @Override
  public void close() {
    stop();
  }

  public URI url() {
    return URI.create(scheme + "://localhost:" + port);
  }

  public Connector.DockerRegistry connector() {
    return withPassword
        ? new Connector.DockerRegistry("reg", url(), USER, SecretRef.of("regPassword"))
        : new Connector.DockerRegistry("reg", url(), null, null);
  }

  public Repository repository(String path) {
    return new Repository("localhost:" + port, path);
  }

  /** Pushes a small image and returns its manifest's digest. */
  public Digest pushImage(String path, String tag, String config) {
    byte[] configBytes = config.getBytes(StandardCharsets.UTF_8);
    byte[] layer = ("layer of " + config).getBytes(StandardCharsets.UTF_8);
    pushBlob(path, configBytes);
    pushBlob(path, layer);
    String manifest =
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
        "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},\
        "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":%d}]}\
        """
            .formatted(
                Digest.sha256(configBytes), configBytes.length, Digest.sha256(layer), layer.length);
    return pushManifest(path, tag, "application/vnd.oci.image.manifest.v1+json", manifest);
  }

  /** The config of an image of a platform. */
  public static String config(String os, String architecture, String salt) {
    return "{\"os\":\"%s\",\"architecture\":\"%s\",\"created_by\":\"%s\"}"
        .formatted(os, architecture, salt);
  }

  public Digest pushManifest(String path, String reference, String mediaType, String manifest) {
    byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> response =
        send(
            request("/v2/" + path + "/manifests/" + reference)
                .header("Content-Type", mediaType)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
    expect(201, response);
    return Digest.sha256(bytes);
  }

  /** The document under a tag, or null when there is none. */
  public @Nullable String manifest(String path, String reference) {
    HttpResponse<String> response =
        send(
            request("/v2/" + path + "/manifests/" + reference)
                .header(
                    "Accept",
                    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"));
    return response.statusCode() == 200 ? response.body() : null;
  }

  private void pushBlob(String path, byte[] content) {
    HttpResponse<String> upload =
        send(request("/v2/" + path + "/blobs/uploads/").POST(HttpRequest.BodyPublishers.noBody()));
    expect(202, upload);
    String location = upload.headers().firstValue("Location").orElseThrow();
    String join = location.contains("?") ? "&" : "?";
    expect(
        201,
        send(
            request(location + join + "digest=" + Digest.sha256(content))
                .header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(content))));
  }

  private HttpRequest.Builder request(String pathOrUrl) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url().resolve(pathOrUrl));
    if (withPassword) {
      request.header(
          "Authorization",
          "Basic "
              + Base64.getEncoder()
                  .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
    }
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void expect(int status, HttpResponse<String> response) {
    if (response.statusCode() != status) {
      throw new AssertionError(
          response.uri() + " answered " + response.statusCode() + " " + response.body());
    }
  }
}
