package dev.archway.executor.stage;

import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Caches and uploads in pods of a real cluster. */
final class TransfersOnKubernetesIT extends TransferBehaviour {
  TransfersOnKubernetesIT(@TempDir Path home) throws Exception {
    super(home, KubernetesPlace.start());
  }

  private record KubernetesPlace(TestCluster cluster, StageRuntime runtime) implements Place {
    static KubernetesPlace start() {
      TestCluster cluster = TestCluster.find();
      return new KubernetesPlace(
          cluster,
          new KubernetesRuntime(
              cluster.settings(),
              List.of(Platform.LINUX_AMD64),
              secret -> secret(cluster, secret),
              Clock.systemUTC()));
    }

    private static String secret(TestCluster cluster, SecretRef secret) {
      return secret.equals(ACCOUNT) || secret.equals(WRONG)
          ? SECRETS.resolve(secret)
          : cluster.secret(secret);
    }

    @Override
    public Placement placement() {
      return Samples.placement(cluster.connector(), "default");
    }

    /** Pods reach this machine where they reach the registry on it. */
    @Override
    public String address() {
      String registry = cluster.registry();
      return registry.substring(0, registry.indexOf(':'));
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
