package dev.archway.executor.stage;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.plan.Placement;
import dev.archway.executor.Engines;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageRuntime;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Whole stages on the real podman, buildah, git and registry. */
final class StageOnPodmanIT extends StageBehaviour {
  StageOnPodmanIT(@TempDir Path home) throws Exception {
    super(home, PodmanPlace.start(home));
  }

  private record PodmanPlace(Engines engines, StageRuntime runtime) implements Place {
    static PodmanPlace start(Path home) throws Exception {
      Engines engines = Engines.start(home);
      return new PodmanPlace(engines, engines.runtime());
    }

    @Override
    public Placement placement() {
      return Samples.placement();
    }

    @Override
    public String registry() {
      return engines.host();
    }

    @Override
    public HttpResponse<String> head(String path) throws Exception {
      return engines.head(path);
    }

    @Override
    public String shell(String script) throws Exception {
      return engines.shell(script);
    }

    @Override
    public String url(Path repository) {
      return repository.toUri().toString();
    }

    @Override
    public List<String> ignored() {
      return List.of("namespace", "automountServiceAccountToken");
    }

    @Override
    public String unknownImage() {
      return "manifest unknown";
    }

    @Override
    public List<String> remains(ExecutionId execution) throws Exception {
      return engines
          .shell(
              "podman ps -aq --filter label=dev.archway.execution=%s; buildah containers -q"
                  .formatted(execution))
          .lines()
          .toList();
    }

    @Override
    public void close() {
      engines.close();
    }
  }
}
