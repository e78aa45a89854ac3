package dev.archway.executor;

import dev.archway.contract.image.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** The executor service as a program of its own. */
public final class ExecutorApplication {
  private ExecutorApplication() {}

  /**
   * Runs until it is ended. As a process of its own it answers health checks over HTTP, which it
   * has no need of inside another's.
   */
  public static void main(String[] arguments) {
    List<String> all = new ArrayList<>();
    all.add("--spring.main.web-application-type=servlet");
    all.addAll(List.of(arguments));
    var _ = configure(new SpringApplicationBuilder()).run(all.toArray(String[]::new));
  }

  /**
   * Makes an application of the executor; standalone calls it too. It reads {@code
   * executor-service.properties} and needs {@code archway.executor.directory}, {@code
   * archway.executor.platforms}, {@code archway.executor.podman.directory} and {@code
   * archway.secrets.directory}.
   */
  public static SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
    return builder
        .sources(ExecutorConfiguration.class)
        .web(WebApplicationType.NONE)
        .properties("spring.config.name=executor-service");
  }

  /** The binding properties of these platforms' consumers. */
  public static Map<String, Object> bindings(List<Platform> platforms) {
    return StageCommandConsumers.bindings(platforms);
  }
}
