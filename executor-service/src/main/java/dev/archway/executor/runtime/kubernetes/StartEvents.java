package dev.archway.executor.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kubelets' own word that a container of a namespace's pods has been started. They look at the
 * state of their containers once a second and tell the API server afterwards; the event comes at
 * once. It is a hint only: events may be dropped, and an executor may not be allowed to see them.
 * Thread-safe.
 */
final class StartEvents implements AutoCloseable {
  private static final Map<String, String> STARTED =
      Map.of("reason", "Started", "involvedObject.kind", "Pod");
  private static final Pattern CONTAINER = Pattern.compile("spec\\.containers\\{(.+)}");
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int FORBIDDEN = 403;

  private final KubernetesClient client;
  private final String namespace;
  private final BiConsumer<String, String> listener;
  private final Thread thread;

  private StartEvents(
      KubernetesClient client, String namespace, BiConsumer<String, String> listener) {
    this.client = client;
    this.namespace = namespace;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("starts-" + namespace).unstarted(this::watch);
  }

  /**
   * Tells the listener of every container that is started from now on.
   *
   * @param listener takes the names of the pod and of the container
   */
  static StartEvents of(
      KubernetesClient client, String namespace, BiConsumer<String, String> listener) {
    StartEvents events = new StartEvents(client, namespace, listener);
    events.thread.start();
    return events;
  }

  private void watch() {
    try {
      while (true) {
        try {
          watchOnce();
        } catch (KubernetesClientException e) {
          System.getLogger(StartEvents.class.getName())
              .log(
                  System.Logger.Level.DEBUG,
                  "cannot watch events in {0}: {1}",
                  namespace,
                  e.getMessage());
          if (e.getCode() == FORBIDDEN) {
            return;
          }
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Watches from now on until the server ends it: it forgets where a watch stood after a while. */
  private void watchOnce() throws InterruptedException {
    var events = client.v1().events().inNamespace(namespace).withFields(STARTED);
    String now =
        events
            .list(new ListOptionsBuilder().withLimit(1L).build())
            .getMetadata()
            .getResourceVersion();
    CountDownLatch over = new CountDownLatch(1);
    try (Watch _ =
        events.watch(
            new ListOptionsBuilder().withResourceVersion(now).build(), new Listening(over))) {
      over.await();
    }
  }

  private final class Listening implements Watcher<Event> {
    private final CountDownLatch over;

    Listening(CountDownLatch over) {
      this.over = over;
    }

    @Override
    public void eventReceived(Action action, Event event) {
      var object = event.getInvolvedObject();
      String path = object.getFieldPath();
      Matcher container = CONTAINER.matcher(path == null ? "" : path);
      if (action == Action.ADDED && container.matches()) {
        listener.accept(object.getName(), container.group(1));
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      over.countDown();
    }

    @Override
    public void onClose() {
      over.countDown();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
