package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The one pod of a stage: made once, found again by its name, by any executor. A finalizer keeps
 * the object of a pod which somebody deleted until the stage is over, so that no pod means: not
 * made yet. That it was made is noted in the stage's folder as well, for an executor that comes
 * back after another has brought the stage to its end.
 */
final class StagePod implements AutoCloseable {
  private static final Duration SETTLING = Duration.ofSeconds(20);

  private final Cluster cluster;
  private final StageSpec spec;
  private final KubernetesSettings settings;
  private final StepFiles files;
  private final Path mark;
  private final String namespace;
  private final String name;
  private final PodView view;
  private final Preflight preflight;

  /** Steps that the one before has begun. */
  private final Set<String> begun = ConcurrentHashMap.newKeySet();

  /** Steps that can open the gate of the next. */
  private final Set<String> linked = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable Agent agent;
  private boolean found;
  private boolean absent;

  StagePod(
      Cluster cluster,
      StageSpec spec,
      KubernetesSettings settings,
      StepFiles files,
      Path directory) {
    this.cluster = cluster;
    this.spec = spec;
    this.settings = settings;
    this.files = files;
    this.mark = directory.resolve("steps").resolve("pod");
    String asked = spec.stage().placement().namespace();
    this.namespace = asked == null ? "default" : asked;
    this.name = PodNames.pod(spec);
    this.view = cluster.view(namespace, name);
    this.preflight = new Preflight(cluster, spec);
  }

  PodView view() {
    return view;
  }

  /** True when the pod was there before this: what it was asked is to be seen in it. */
  synchronized boolean isFound() {
    return found;
  }

  /** Notes that a step goes on by itself. */
  void begun(String step) {
    begun.add(step);
  }

  /** True when a step has been heard to go on by itself. */
  boolean hasBegun(String step) {
    return begun.contains(step);
  }

  /** Notes that all is in the pod for the step after this one. */
  void linked(String step) {
    linked.add(step);
  }

  /** True when a step is known to be able to open the gate of the next. */
  boolean isLinked(String step) {
    return linked.contains(step);
  }

  /** Joins the pod if another executor made it, and makes none; true when it was there before. */
  synchronized boolean find() throws IOException {
    if (noted() != null) {
      return ensure() == null && found;
    }
    Pod pod = absent ? null : get();
    if (pod == null) {
      absent = true;
      return false;
    }
    join(pod);
    return true;
  }

  /** Finds the pod or makes it; null when it is there, else why it is not. */
  synchronized @Nullable StepResult ensure() throws IOException {
    Agent talking = agent;
    if (talking != null && !talking.isBroken()) {
      // The watch tells when it goes.
      return null;
    }
    String uid = noted();
    if (uid == null) {
      return make();
    }
    found = true;
    Pod pod = get();
    if (pod == null) {
      return new StepResult.Lost("pod %s is gone".formatted(name));
    }
    if (!uid.equals(pod.getMetadata().getUid())) {
      return new StepResult.Lost("pod %s was replaced by another".formatted(name));
    }
    view.begin(pod);
    return null;
  }

  /** Makes the pod, unless another executor has: then it is joined, whatever hinders a new one. */
  private @Nullable StepResult make() throws IOException {
    boolean accounts = !accounts().isEmpty();
    Pod template = new PodTemplate(spec, settings).pod(namespace, accounts ? name : null);
    NotStarted hindered = preflight.hindrance(template, Preflight.NODES_KNOWN);
    if (hindered != null) {
      // A node may have come since.
      hindered = preflight.hindrance(template, Preflight.NODES_FRESH);
    }
    Pod pod = null;
    try {
      if (hindered == null) {
        pod = create(template);
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) {
        StepResult rejected = rejected(e);
        if (rejected != null) {
          return rejected;
        }
        throw e;
      }
    }
    if (pod != null) {
      note(pod.getMetadata().getUid());
      view.begin(pod);
      // What was known of the nodes may be old, and the pod wait for one that is there no more.
      hindered = preflight.hindrance(template, Preflight.NODES_FRESH);
      if (hindered != null) {
        remove();
      }
      return hindered;
    }
    pod = get();
    if (pod == null) {
      if (hindered == null) {
        throw new IOException("pod %s was there a moment ago and is not now".formatted(name));
      }
      return hindered;
    }
    join(pod);
    return null;
  }

  private void join(Pod pod) throws IOException {
    found = true;
    note(pod.getMetadata().getUid());
    view.begin(pod);
  }

  private @Nullable Pod get() {
    return cluster.ask(c -> c.pods().inNamespace(namespace).withName(name).get());
  }

  /** How one of the pod's containers stands, as far as is known here. */
  PodState state(String container) {
    if (view.isGone()) {
      return new PodState.Lost("the pod is gone");
    }
    Pod seen = view.pod();
    PodState state =
        seen == null ? new PodState.Waiting("the API server", false) : PodState.of(seen, container);
    // The node's event comes before the status, which a node that is lost now never tells.
    return state instanceof PodState.Waiting && view.hasStarted(container)
        ? new PodState.Running()
        : state;
  }

  /** Asks the server whether the pod has come to its end, which the watch may not have told yet. */
  void look() {
    Pod pod = get();
    if (pod == null) {
      view.gone();
    } else if (pod.getMetadata().getDeletionTimestamp() != null
        || "Failed".equals(pod.getStatus().getPhase())) {
      view.update(pod);
    }
  }

  /** True when the pod's node emulates the platform. */
  boolean emulated() {
    return preflight.emulated(view.pod());
  }

  /** Those that images are pulled with. */
  private List<DockerRegistry> accounts() {
    List<DockerRegistry> registries = new ArrayList<>();
    for (StepPlan step : spec.stage().steps()) {
      if (step instanceof Run run
          && run.imageRegistry() != null
          && run.imageRegistry().username() != null) {
        registries.add(run.imageRegistry());
      }
    }
    return registries;
  }

  private Pod create(Pod template) {
    List<DockerRegistry> registries = accounts();
    if (registries.isEmpty()) {
      return cluster.ask(c -> c.pods().inNamespace(namespace).resource(template).create());
    }
    // First the secret, else a first pull without it would be told as unauthorized.
    Secret secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(name)
            .withLabels(PodTemplate.ownLabels(spec.key()))
            .endMetadata()
            .withType("kubernetes.io/dockerconfigjson")
            .addToStringData(".dockerconfigjson", files.authFile(registries))
            .build();
    return cluster.ask(client -> {
      var secrets = client.secrets().inNamespace(namespace);
      try {
        var _ = secrets.resource(secret).create();
      } catch (KubernetesClientException e) {
        // An executor that died before it had made the pod left one.
        if (e.getCode() != 409) {
          throw e;
        }
      }
      Pod pod = client.pods().inNamespace(namespace).resource(template).create();
      // The secret goes with its pod, whoever deletes that.
      var _ =
          secrets
              .withName(name)
              .patch(
                  PatchContext.of(PatchType.JSON_MERGE),
                  "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"%s\",\"uid\":\"%s\"}]}}"
                      .formatted(name, pod.getMetadata().getUid()));
      return pod;
    });
  }

  /** The server's own words when it will not have the pod; null when it may have it later. */
  private @Nullable NotStarted rejected(KubernetesClientException e) {
    String words =
        e.getStatus() == null || e.getStatus().getMessage() == null
            ? String.valueOf(e.getMessage())
            : e.getStatus().getMessage();
    if (e.getCode() == 403 && words.contains("exceeded quota")) {
      return new NotStarted(StartFailure.QUOTA, "the cluster has no room for the pod: " + words);
    }
    return switch (e.getCode()) {
      case 400, 403, 404, 422 ->
          new NotStarted(StartFailure.INVALID_SPEC, "the cluster refuses the pod: " + words);
      default -> null;
    };
  }

  /** The conversation with the pod's agent, which must be running. */
  synchronized Agent agent() throws IOException, InterruptedException {
    Agent open = agent;
    if (open == null || open.isBroken()) {
      open = Agent.open(cluster.client(), namespace, name);
      agent = open;
    }
    return open;
  }

  /** Deletes the pod; what still runs in it has this long. */
  void delete(long graceSeconds) {
    var _ =
        cluster.ask(c ->
            c.pods().inNamespace(namespace).withName(name).withGracePeriod(graceSeconds).delete());
  }

  /** Deletes all that was made for the stage. */
  void remove() throws IOException {
    settle();
    release(cluster, namespace, name);
    delete(5);
    if (!accounts().isEmpty()) {
      var _ = cluster.ask(c -> c.secrets().inNamespace(namespace).withName(name).delete());
    }
    Files.deleteIfExists(mark);
    Files.deleteIfExists(mark.getParent());
  }

  /**
   * A kubelet that is told to remove a pod before it has said that it started it may take a minute
   * for that: a stage of an instant waits for the word.
   */
  private void settle() {
    try {
      for (long end = System.nanoTime() + SETTLING.toNanos();
          isStarting(view.pod()) && !view.isGone() && System.nanoTime() < end; ) {
        Thread.sleep(50);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** True for what a node has and has not told of yet. */
  private static boolean isStarting(@Nullable Pod pod) {
    return pod != null
        && pod.getSpec().getNodeName() != null
        && PodState.of(pod, PodNames.AGENT) instanceof PodState.Waiting;
  }

  /** Has the server forget the pod once it is deleted; nothing happens when there is none. */
  static void release(Cluster cluster, String namespace, String name) {
    PatchContext merge = PatchContext.of(PatchType.STRATEGIC_MERGE);
    String patch =
        "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"%s\"]}}"
            .formatted(PodNames.FINALIZER);
    try {
      var _ = cluster.ask(c -> c.pods().inNamespace(namespace).withName(name).patch(merge, patch));
    } catch (KubernetesClientException e) {
      // Whoever else lets go of the pod at the same time may have been faster: then it is gone
      // (404),
      // has just changed (409), or lacks what is to be taken off (422).
      if (e.getCode() != 404 && e.getCode() != 409 && e.getCode() != 422) {
        throw e;
      }
    }
  }

  private @Nullable String noted() throws IOException {
    try {
      return Files.readString(mark);
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  private void note(String uid) throws IOException {
    Path part = mark.resolveSibling("pod.part");
    Files.writeString(part, uid);
    Files.move(part, mark, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Lets go of the pod; it goes on. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    Agent open = agent;
    if (open != null) {
      open.close();
    }
    cluster.letGo(namespace, name);
  }
}
