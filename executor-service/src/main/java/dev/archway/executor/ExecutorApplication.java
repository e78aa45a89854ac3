package dev.archway.executor;

import dev.archway.contract.image.Platform;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/** The executor service as a program of its own. */
public final class ExecutorApplication {
  private ExecutorApplication() {}

  /** Runs until it is ended. */
  public static void main(String[] arguments) {
    var unused = configure(new SpringApplicationBuilder()).run(arguments);
  }

  /**
   * Makes an application of the executor; standalone calls it too. It reads {@code
   * executor-service.properties} and needs {@code archway.executor.directory}, {@code
   * archway.executor.platforms}, {@code archway.executor.podman.directory} and a {@code
   * SecretSource} bean.
   */
  public static SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
    return builder
        .sources(ExecutorConfiguration.class)
        .web(WebApplicationType.NONE)
        .properties("spring.config.name=executor-service")
        .initializers(new Bindings());
  }

  /** The binding properties of these platforms' consumers. */
  public static Map<String, Object> bindings(List<Platform> platforms) {
    return StageCommandConsumers.bindings(platforms);
  }

  static List<Platform> platforms(Environment environment) {
    return Binder.get(environment)
        .bind("archway.executor.platforms", Bindable.listOf(String.class))
        .orElse(List.of())
        .stream()
        .map(Platform::parse)
        .toList();
  }

  /** Adds the bindings once all configuration is read; anything configured by hand wins. */
  private static final class Bindings
      implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
      ConfigurableEnvironment environment = context.getEnvironment();
      environment
          .getPropertySources()
          .addLast(new MapPropertySource("stage-commands", bindings(platforms(environment))));
      context.addBeanFactoryPostProcessor(new StageCommandConsumers(context));
    }
  }
}
