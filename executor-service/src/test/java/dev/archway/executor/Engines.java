package dev.archway.executor;

import dev.archway.contract.image.Platform;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import dev.archway.executor.runtime.podman.PodmanSettings;
import dev.archway.executor.runtime.podman.PodmanSettings.Mirror;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * The real engines for tests: podman and buildah with stores of their own, a registry on a free
 * port, and a base image named alpine made of this machine's busybox.
 */
public final class Engines implements AutoCloseable {
  private final Path home;
  private final int port;
  private final Process registry;

  private Engines(Path home, int port, Process registry) {
    this.home = home;
    this.port = port;
    this.registry = registry;
  }

  /** Starts the registry, and puts the base image into it. */
  public static Engines start(Path home) throws Exception {
    int port = freePort();
    Path config = home.resolve("registry.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error, accesslog: {disabled: true}}
        storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
        http: {addr: 127.0.0.1:%d, secret: test}
        """
            .formatted(home.resolve("registry"), port));
    ProcessBuilder builder = new ProcessBuilder("docker-registry", "serve", config.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("REGISTRY_"));
    builder.redirectErrorStream(true).redirectOutput(home.resolve("registry.log").toFile());
    Engines engines = new Engines(home, port, builder.start());
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          try {
            return engines.head("/v2/").statusCode() == 200;
          } catch (IOException _) {
            return false;
          }
        });
    engines.pushBase();
    return engines;
  }

  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** {@code localhost:port}. */
  public String host() {
    return "localhost:" + port;
  }

  public PodmanSettings settings() {
    return settings("host");
  }

  private PodmanSettings settings(String network) {
    return new PodmanSettings(
        home.resolve("podman"),
        network,
        "docker.io/archway/transfer:1",
        false,
        List.of(new Mirror("docker.io", host(), true)),
        List.of(host()));
  }

  public PodmanRuntime runtime() throws Exception {
    return runtime("host");
  }

  /** One whose steps have this network. */
  public PodmanRuntime runtime(String network) throws Exception {
    return new PodmanRuntime(
        settings(network),
        List.of(Platform.LINUX_AMD64),
        secret -> {
          throw new IllegalStateException("no secret " + secret);
        },
        Clock.systemUTC());
  }

  public HttpResponse<String> head(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://" + host() + path))
              .header("Accept", "application/vnd.oci.image.manifest.v1+json")
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Runs a shell script with the private configuration; fails when it fails. */
  public String shell(String script) throws IOException, InterruptedException {
    return shell(". " + home.resolve("podman/linux-amd64/env") + "\n" + script, Map.of());
  }

  public static String shell(String script, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("shell", ".out");
    ProcessBuilder builder = new ProcessBuilder("sh", "-ec", script);
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    int code = process.waitFor();
    String text = Files.readString(out).strip();
    Files.delete(out);
    if (code != 0) {
      throw new IOException("shell ended with " + code + ": " + text);
    }
    return text;
  }

  private void pushBase() throws Exception {
    runtime().close();
    String tree = home.resolve("base").toString();
    var _ =
        shell(
            """
            mkdir -p %1$s/bin %1$s/tmp %1$s/etc
            cp /bin/busybox %1$s/bin/busybox
            for a in $(%1$s/bin/busybox --list); do [ $a = busybox ] || ln -sf busybox %1$s/bin/$a; done
            echo root:x:0:0:root:/:/bin/sh >%1$s/etc/passwd
            c=$(buildah from --platform linux/amd64 scratch)
            buildah add -q $c %1$s / >/dev/null
            buildah commit -q $c base >/dev/null
            buildah push -q --tls-verify=false base docker://%2$s/library/alpine:latest
            buildah rm $c >/dev/null; buildah rmi base >/dev/null
            """
                .formatted(tree, host()));
  }

  /** Stops the registry only. */
  public void stopRegistry() throws InterruptedException {
    registry.destroyForcibly();
    var _ = registry.waitFor();
  }

  @Override
  public void close() {
    registry.destroyForcibly();
    try {
      var _ =
          shell(
              """
              for env in %s/podman/*/env; do
                . "$env"
                podman rm -af -t 0 >/dev/null 2>&1 || true
                podman rmi -af >/dev/null 2>&1 || true
                # A killed executor's service would keep the store mounted.
                run=$(sed -n 's#^tmp_dir = "\\(.*\\)/libpod"$#\\1#p' "$CONTAINERS_CONF")
                pid=$(cat "$run/podman.pid" 2>/dev/null) || continue
                if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = podman ]; then
                  kill "$pid" || true
                  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
                fi
                umount "${env%%/env}/graph/overlay" 2>/dev/null || true
              done
              """
                  .formatted(home),
              Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
