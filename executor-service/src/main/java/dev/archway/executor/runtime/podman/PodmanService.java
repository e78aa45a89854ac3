package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.RuntimeUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Podman's API service for one store: it answers in a tenth of what the command takes, most of
 * which goes to the start of that large program. The service is a process of its own: when this one
 * is killed it finishes what it was asked, and ends after an idle minute. It is started again when
 * it does not answer.
 */
final class PodmanService implements AutoCloseable {
  private static final String API = "http://podman/v4.0.0/libpod/";
  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);
  private static final int TRIES = 3;
  private static final Set<String> NEVER_STARTED = Set.of("created", "configured", "initialized");
  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, String> environment;
  private final Path socket;
  private final Path pid;
  private final ReentrantLock starting = new ReentrantLock();
  private final CloseableHttpAsyncClient client;
  private boolean closed;

  PodmanService(Map<String, String> environment, Path socket) {
    this.environment = environment;
    this.socket = socket;
    this.pid = socket.resolveSibling("podman.pid");
    this.client =
        HttpAsyncClients.custom()
            .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(1).build())
            .setDefaultRequestConfig(RequestConfig.custom().setUnixDomainSocket(socket).build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .build();
    client.start();
  }

  /** What podman says of a container. */
  record Found(String id, String status, int exitCode) {
    /** True when it was started, whatever came of it. */
    boolean ran() {
      return !NEVER_STARTED.contains(status);
    }

    /** True when its exit code is known. "stopped" is an end that podman has not cleaned up. */
    boolean ended() {
      return status.equals("exited") || status.equals("stopped");
    }
  }

  /**
   * What came of a request to create a container.
   *
   * @param id null when there is none
   * @param cause podman's word for the failure; empty when there is none
   * @param message what podman said
   */
  record Created(@Nullable String id, String cause, String message) {
    boolean imageUnknown() {
      return cause.equals("image not known");
    }

    boolean nameInUse() {
      return cause.equals("that name is already in use");
    }
  }

  private record Answer(int status, String body) {
    boolean ok() {
      return status < 400;
    }

    JsonNode json() throws RuntimeUnavailableException {
      try {
        return JSON.readTree(body);
      } catch (JacksonException e) {
        throw new RuntimeUnavailableException(
            "cannot read podman's answer: \"%s\" (expected: JSON)".formatted(body), e);
      }
    }
  }

  /** Creates a container, which does not start it. Asking twice for one name makes one. */
  Created create(Map<String, Object> request)
      throws RuntimeUnavailableException, InterruptedException {
    Answer answer = insist("POST", "containers/create", request);
    JsonNode json = answer.json();
    return answer.ok()
        ? new Created(json.path("Id").asString(), "", "")
        : new Created(null, json.path("cause").asString(), json.path("message").asString());
  }

  /** The container of this name; null when there is none. */
  @Nullable Found inspect(String name) throws RuntimeUnavailableException, InterruptedException {
    Answer answer = insist("GET", "containers/" + name + "/json", null);
    if (answer.status() == 404) {
      return null;
    }
    if (!answer.ok()) {
      throw refused("inspect container", name, answer);
    }
    JsonNode json = answer.json();
    JsonNode state = json.path("State");
    return new Found(
        json.path("Id").asString(),
        state.path("Status").asString(),
        state.path("ExitCode").asInt());
  }

  /** Ends and removes the container; nothing happens when there is none. */
  void remove(String name) throws RuntimeUnavailableException, InterruptedException {
    Answer answer = insist("DELETE", "containers/" + name + "?force=true&timeout=0", null);
    if (!answer.ok() && answer.status() != 404) {
      throw refused("remove container", name, answer);
    }
  }

  /**
   * Removes a container that does not run; false when it does, or has just been started. Podman
   * decides under the container's lock, so that a request to start it that is on its way comes
   * either before or too late.
   */
  boolean removeUnlessRunning(String name)
      throws RuntimeUnavailableException, InterruptedException {
    Answer answer = insist("DELETE", "containers/" + name, null);
    return answer.ok() || answer.status() == 404;
  }

  /** Makes a pod, whose containers share what it says; nothing happens when there is one. */
  void createPod(Map<String, Object> request)
      throws RuntimeUnavailableException, InterruptedException {
    Answer answer = insist("POST", "pods/create", request);
    if (!answer.ok() && !answer.body().contains("already exists")) {
      throw refused("create pod", String.valueOf(request.get("name")), answer);
    }
  }

  /** Ends and removes a pod with all that is in it; nothing happens when there is none. */
  void removePod(String name) throws RuntimeUnavailableException, InterruptedException {
    Answer answer = insist("DELETE", "pods/" + name + "?force=true&timeout=0", null);
    if (!answer.ok() && answer.status() != 404) {
      throw refused("remove pod", name, answer);
    }
  }

  /** Removes an image from the store; nothing happens when there is none. */
  void removeImage(String name) throws RuntimeUnavailableException, InterruptedException {
    Answer answer = insist("DELETE", "images/" + name + "?force=true", null);
    if (!answer.ok() && answer.status() != 404) {
      throw refused("remove image", name, answer);
    }
  }

  /** Sends a signal; nothing happens when the container does not run. */
  void signal(String name, String signal) throws RuntimeUnavailableException, InterruptedException {
    var _ = insist("POST", "containers/" + name + "/kill?signal=" + signal, null);
  }

  /**
   * Starts a container that was created. Asked for once only: one that has ended would run again.
   *
   * @return null, or what podman said when it refused
   * @throws RuntimeUnavailableException when it is not known whether it was started
   */
  @Nullable String start(String name) throws RuntimeUnavailableException, InterruptedException {
    try {
      Answer answer = send("POST", "containers/" + name + "/start", null);
      return answer.ok() ? null : answer.json().path("message").asString();
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** Makes sure that the service answers. */
  void ensure() throws RuntimeUnavailableException, InterruptedException {
    starting.lockInterruptibly();
    try {
      if (closed) {
        throw new RuntimeUnavailableException("cannot use podman: this executor is stopping");
      }
      if (!answers()) {
        start();
      }
    } finally {
      starting.unlock();
    }
  }

  private void start() throws RuntimeUnavailableException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "setsid",
            "podman",
            "system",
            "service",
            "--time",
            Long.toString(IDLE.toSeconds()),
            "unix://" + socket);
    builder.environment().putAll(environment);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Path errors = socket.resolveSibling("service.err");
    builder.redirectError(errors.toFile());
    Process process;
    try {
      process = builder.start();
      DurableFile.write(pid, Long.toString(process.pid()));
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "cannot start podman: %s; install podman".formatted(e.getMessage()), e);
    }
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      if (!process.isAlive() && process.exitValue() != 0) {
        throw new RuntimeUnavailableException(
            "cannot start podman's API service: it ended with %d: %s"
                .formatted(process.exitValue(), said(errors)));
      }
      if (System.nanoTime() > deadline) {
        throw new RuntimeUnavailableException(
            "cannot start podman's API service: no answer at %s within %s"
                .formatted(socket, START_LIMIT));
      }
      Thread.sleep(5);
    }
  }

  private static String said(Path errors) {
    try {
      return String.valueOf(DurableFile.read(errors));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private boolean answers() throws InterruptedException {
    try {
      return send("GET", "_ping", null).ok();
    } catch (IOException _) {
      return false;
    }
  }

  private Answer insist(String method, String path, @Nullable Map<String, Object> body)
      throws RuntimeUnavailableException, InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return send(method, path, body);
      } catch (IOException e) {
        if (tries == TRIES) {
          throw unreachable(e);
        }
        ensure();
      }
    }
  }

  private Answer send(String method, String path, @Nullable Map<String, Object> body)
      throws IOException, InterruptedException {
    SimpleRequestBuilder request = SimpleRequestBuilder.create(method).setUri(API + path);
    if (body != null) {
      request.setBody(JSON.writeValueAsBytes(body), ContentType.APPLICATION_JSON);
    }
    SimpleHttpRequest built = request.build();
    try {
      SimpleHttpResponse response =
          client.execute(built, null).get(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS);
      byte[] bytes = response.getBodyBytes();
      return new Answer(
          response.getCode(), bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8));
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + ANSWER_LIMIT, e);
    }
  }

  private RuntimeUnavailableException unreachable(IOException e) {
    return new RuntimeUnavailableException(
        "cannot reach podman's API service at %s: %s".formatted(socket, e.getMessage()), e);
  }

  private static RuntimeUnavailableException refused(String verb, String name, Answer answer)
      throws RuntimeUnavailableException {
    return new RuntimeUnavailableException(
        "cannot %s %s: %s".formatted(verb, name, answer.json().path("message").asString()));
  }

  /**
   * Ends the service, which first answers what it was asked; whoever started it. Until its end it
   * keeps the store mounted.
   */
  @Override
  public void close() {
    starting.lock();
    try {
      closed = true;
      client.close();
      String number = DurableFile.read(pid);
      if (number != null && ProcessTable.named(Long.parseLong(number), "podman")) {
        ProcessHandle.of(Long.parseLong(number))
            .filter(ProcessHandle::destroy)
            .ifPresent(process -> process.onExit().orTimeout(10, TimeUnit.SECONDS).join());
      }
    } catch (IOException | CompletionException e) {
      System.getLogger(PodmanService.class.getName())
          .log(System.Logger.Level.WARNING, "podman's API service goes on for a while: {0}", e);
    } finally {
      starting.unlock();
    }
  }
}
