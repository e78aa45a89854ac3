package dev.archway.executor.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One cluster with one watch a namespace, however many stages run there. The watch lists again by
 * itself after an outage. Thread-safe.
 */
final class Cluster implements AutoCloseable {
  private final KubernetesClient client;
  private final Map<String, SharedIndexInformer<Pod>> informers = new ConcurrentHashMap<>();
  private final Map<String, StartEvents> starts = new ConcurrentHashMap<>();
  private final Map<String, Viewed> views = new ConcurrentHashMap<>();
  private final Semaphore asking = new Semaphore(100);
  private final Object nodesAsked = new Object();
  private volatile @Nullable Nodes nodes;

  private record Viewed(PodView view, int users) {}

  private record Nodes(Instant at, List<Node> items) {}

  Cluster(KubernetesClient client) {
    this.client = client;
  }

  KubernetesClient client() {
    return client;
  }

  /**
   * Asks the API server, which takes 250 requests of one connection at a time: what a burst asks
   * beyond fewer than that waits here.
   */
  <T extends @Nullable Object> T ask(Function<KubernetesClient, T> request) {
    asking.acquireUninterruptibly();
    try {
      return request.apply(client);
    } finally {
      asking.release();
    }
  }

  /**
   * The view of a pod that this executor works on; the same for every call, until it has been let
   * go as often.
   */
  PodView view(String namespace, String name) {
    PodView view =
        views
            .merge(
                namespace + "/" + name,
                new Viewed(new PodView(), 1),
                (known, _) -> new Viewed(known.view(), known.users() + 1))
            .view();
    var _ = informers.computeIfAbsent(namespace, this::watch);
    var _ = starts.computeIfAbsent(namespace, this::hear);
    return view;
  }

  void letGo(String namespace, String name) {
    var _ =
        views.computeIfPresent(
            namespace + "/" + name,
            (_, known) -> known.users() == 1 ? null : new Viewed(known.view(), known.users() - 1));
  }

  /** Our pods of the watched namespaces that this executor does not work on. */
  List<Pod> unattended() {
    return informers.values().stream()
        .flatMap(informer -> informer.getStore().list().stream())
        .filter(pod -> !views.containsKey(key(pod)))
        .toList();
  }

  private SharedIndexInformer<Pod> watch(String namespace) {
    SharedIndexInformer<Pod> informer =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel(PodNames.MANAGED_BY, PodNames.MANAGER)
            .runnableInformer(0)
            .exceptionHandler((_, e) -> {
              System.getLogger(Cluster.class.getName())
                  .log(
                      System.Logger.Level.WARNING,
                      "cannot watch pods in {0}: {1}; trying again",
                      namespace,
                      e.getMessage());
              return true;
            })
            .addEventHandler(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(Pod pod) {
                    see(pod);
                  }

                  @Override
                  public void onUpdate(Pod before, Pod now) {
                    see(now);
                  }

                  @Override
                  public void onDelete(Pod pod, boolean finalStateUnknown) {
                    Viewed viewed = views.get(key(pod));
                    if (viewed != null) {
                      viewed.view().gone();
                    }
                  }
                });
    var _ = informer.start();
    return informer;
  }

  private StartEvents hear(String namespace) {
    return StartEvents.of(
        client,
        namespace,
        (pod, container) -> {
          Viewed viewed = views.get(namespace + "/" + pod);
          if (viewed != null) {
            viewed.view().started(container);
          }
        });
  }

  private void see(Pod pod) {
    Viewed viewed = views.get(key(pod));
    if (viewed != null) {
      viewed.view().update(pod);
    }
  }

  private static String key(Pod pod) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }

  /**
   * The cluster's nodes, at most this old, or older while they cannot be had; null when this
   * executor has never been able to list them.
   */
  @Nullable List<Node> nodes(Duration age) {
    Nodes known = nodes;
    if (known == null || isOlder(known, age)) {
      // One asks for all who wait.
      synchronized (nodesAsked) {
        known = nodes;
        if (known == null || isOlder(known, age)) {
          known = list(known);
          nodes = known;
        }
      }
    }
    return known == null ? null : known.items();
  }

  private static boolean isOlder(Nodes known, Duration age) {
    return known.at().plus(age).isBefore(Instant.now());
  }

  private @Nullable Nodes list(@Nullable Nodes known) {
    Instant now = Instant.now();
    try {
      return new Nodes(now, ask(c -> c.nodes().list().getItems()));
    } catch (KubernetesClientException e) {
      // What they tell is of use, but nothing depends on it.
      System.getLogger(Cluster.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot list nodes: {0}", e.getMessage());
      return known;
    }
  }

  @Override
  public void close() {
    starts.values().forEach(StartEvents::close);
    informers.values().forEach(SharedIndexInformer::close);
    client.close();
  }
}
