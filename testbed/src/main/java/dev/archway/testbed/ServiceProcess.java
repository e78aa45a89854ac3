package dev.archway.testbed;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One instance of a service, in a process of its own, on the same port over restarts. */
public final class ServiceProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final String name;
  private final int port;
  private final JavaProcess process;

  ServiceProcess(String name, int port, JavaProcess process) {
    this.name = name;
    this.port = port;
    this.process = process;
  }

  /** The service, such as {@code planner-service}. */
  public String name() {
    return name;
  }

  /** Its HTTP port. */
  public int port() {
    return port;
  }

  /** Where it answers. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Starts it, and returns at once. */
  public void start() {
    process.start();
  }

  /** Returns when it says of itself that it is ready. */
  public void awaitReady() {
    HttpRequest question =
        HttpRequest.newBuilder(URI.create(url() + "/actuator/health/readiness"))
            .timeout(Duration.ofSeconds(10))
            .build();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      process.requireAlive();
      try {
        if (HTTP.send(question, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException(
              "%s is not ready after %d s; see %s"
                  .formatted(name, PATIENCE.toSeconds(), process.output()),
              e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** SIGTERM, a new start, and returns when it is ready, as an orchestrator rolls an instance. */
  public void roll() {
    process.stop();
    process.start();
    awaitReady();
  }

  /** SIGKILL. */
  public void kill() {
    process.kill();
  }

  /** SIGTERM, and returns at once. */
  void requestStop() {
    process.requestStop();
  }

  /** SIGTERM, and waits for the end: what an executor started ends with it. */
  @Override
  public void close() {
    process.stop();
  }
}
