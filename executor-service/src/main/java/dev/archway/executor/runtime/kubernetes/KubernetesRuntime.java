package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.Connector.K8sCluster;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.secret.SecretSource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Stages as pods, on whatever cluster their connector names. Everything outlives this process. */
public final class KubernetesRuntime implements StageRuntime {
  static final String NAME = "kubernetes";

  private final KubernetesSettings settings;
  private final Set<Platform> platforms;
  private final SecretSource secrets;
  private final Clock clock;
  private final BiPredicate<StageKey, Instant> over;
  private final EntryPoints entryPoints;
  private final Thread sweeper;
  private final Map<ClusterAccess, Cluster> clusters = new HashMap<>();

  /** One whose stages no other executor has. */
  public KubernetesRuntime(
      KubernetesSettings settings, List<Platform> platforms, SecretSource secrets, Clock clock) {
    this(settings, platforms, secrets, (_, _) -> false, clock);
  }

  /**
   * One whose stages may have become another executor's while this process slept.
   *
   * @param over true when any executor has told the end of a stage since that moment; asked only
   *     when a stage seems to be lost
   */
  public KubernetesRuntime(
      KubernetesSettings settings,
      List<Platform> platforms,
      SecretSource secrets,
      BiPredicate<StageKey, Instant> over,
      Clock clock) {
    this.over = over;
    this.settings = settings;
    this.platforms = Set.copyOf(platforms);
    this.secrets = secrets;
    this.clock = clock;
    this.entryPoints = new EntryPoints(settings);
    this.sweeper = Thread.ofVirtual().name("sweep-pods").start(this::sweep);
  }

  /** Looks again and again for pods that were left behind. */
  private void sweep() {
    Duration pause = settings.sweepAfter().dividedBy(10);
    try {
      while (true) {
        Thread.sleep(pause);
        List<Cluster> known;
        synchronized (this) {
          known = List.copyOf(clusters.values());
        }
        for (Cluster cluster : known) {
          new Leftovers(cluster, settings.sweepAfter()).remove(clock.instant());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Set<Platform> platforms() {
    return platforms;
  }

  @Override
  public StageSession open(StageSpec spec, Path directory) throws RuntimeUnavailableException {
    if (!(spec.stage().placement().connector() instanceof K8sCluster connector)) {
      throw new RuntimeUnavailableException(
          "cannot run stage %s: connector %s is not a cluster"
              .formatted(spec.key(), spec.stage().placement().connector().ref()));
    }
    try {
      Files.createDirectories(directory.resolve("steps"));
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "cannot make a folder in %s: %s".formatted(directory, e.getMessage()), e);
    }
    Duration initTimeout = spec.stage().placement().initTimeout();
    KubernetesSettings own =
        initTimeout == null ? settings : settings.within(initTimeout, settings.sweepAfter());
    StepFiles files = new StepFiles(spec, own, secrets, entryPoints);
    StagePod pod = new StagePod(cluster(connector), spec, own, files, directory);
    Instant opened = clock.instant();
    return new KubernetesSession(spec, pod, files, own, () -> over.test(spec.key(), opened), clock);
  }

  private synchronized Cluster cluster(K8sCluster connector) throws RuntimeUnavailableException {
    Cluster known = clusters.get(connector.access());
    if (known != null) {
      return known;
    }
    try {
      KubernetesClient client =
          new KubernetesClientBuilder().withConfig(config(connector.access())).build();
      Cluster cluster = new Cluster(client);
      clusters.put(connector.access(), cluster);
      return cluster;
    } catch (RuntimeException e) {
      throw new RuntimeUnavailableException(
          "cannot use connector %s: %s".formatted(connector.ref(), e.getMessage()), e);
    }
  }

  private Config config(ClusterAccess access) {
    ConfigBuilder builder =
        switch (access) {
          // Only the pod's own service account: no kubeconfig that happens to lie around.
          case ClusterAccess.InCluster _ -> new ConfigBuilder(Config.autoConfigure(null));
          case ClusterAccess.Kubeconfig(String path, String context) ->
              new ConfigBuilder(Config.fromKubeconfig(context, new File(path)));
          case ClusterAccess.ServiceAccount(var url, SecretRef token, SecretRef authority) ->
              new ConfigBuilder(Config.empty())
                  .withMasterUrl(url.toString())
                  .withOauthToken(secrets.resolve(token))
                  .withCaCertData(certificate(authority));
        };
    // Tried again here, where it is known what may be tried again.
    return builder
        .withRequestRetryBackoffLimit(2)
        .withRequestTimeout(15_000)
        .withConnectionTimeout(5_000)
        .build();
  }

  private @Nullable String certificate(@Nullable SecretRef authority) {
    return authority == null
        ? null
        : java.util.Base64.getEncoder()
            .encodeToString(
                secrets.resolve(authority).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Override
  public synchronized void close() {
    sweeper.interrupt();
    clusters.values().forEach(Cluster::close);
    clusters.clear();
    entryPoints.close();
  }
}
