package dev.archway.executor.stage;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.plan.Placement;
import dev.archway.executor.Engines;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Whole stages in pods of a real cluster. */
final class StageOnKubernetesIT extends StageBehaviour {
  StageOnKubernetesIT(@TempDir Path home) throws Exception {
    super(home, KubernetesPlace.start(home));
  }

  private record KubernetesPlace(TestCluster cluster, StageRuntime runtime, String git)
      implements Place {
    static KubernetesPlace start(Path home) throws Exception {
      TestCluster cluster = TestCluster.find();
      return new KubernetesPlace(cluster, cluster.runtime(), cluster.serve(home));
    }

    @Override
    public Placement placement() {
      return Samples.placement(cluster.connector(), "default");
    }

    @Override
    public String registry() {
      return cluster.registry();
    }

    @Override
    public HttpResponse<String> head(String path) throws Exception {
      return cluster.head(path);
    }

    @Override
    public String shell(String script) throws Exception {
      return Engines.shell(script, Map.of());
    }

    @Override
    public String url(Path repository) throws Exception {
      return git + "/" + repository.getFileName();
    }

    @Override
    public List<String> ignored() {
      return List.of();
    }

    @Override
    public String unknownImage() {
      return "not found";
    }

    @Override
    public List<String> remains(ExecutionId execution) {
      return cluster.remains(execution.value());
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
