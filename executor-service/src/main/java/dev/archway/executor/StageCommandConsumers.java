package dev.archway.executor;

import dev.archway.contract.image.Platform;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.HeldRecords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.messaging.Message;

/** One consumer of stage commands per platform, each on its own topic with its own group. */
final class StageCommandConsumers implements BeanDefinitionRegistryPostProcessor {
  private final ConfigurableEnvironment environment;

  StageCommandConsumers(ConfigurableEnvironment environment) {
    this.environment = environment;
  }

  /** The properties that bind the consumers of these platforms. */
  static Map<String, Object> bindings(List<Platform> platforms) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> functions = new ArrayList<>();
    for (Platform platform : platforms) {
      String function = function(platform);
      functions.add(function);
      String binding = "spring.cloud.stream.bindings." + function + "-in-0.";
      String topic = Topics.stageCommands(platform);
      properties.put(binding + "destination", topic);
      properties.put(binding + "group", Topics.executorGroup(platform));
      String kafka = "spring.cloud.stream.kafka.bindings." + function + "-in-0.consumer.";
      properties.put(kafka + "dlq-name", Topics.deadLetters(topic));
      properties.put(kafka + "ack-mode", "MANUAL");
      // A dead executor's stages are another's after this long.
      properties.put(kafka + "configuration.session.timeout.ms", "6000");
      properties.put(kafka + "configuration.heartbeat.interval.ms", "1500");
    }
    properties.put("spring.cloud.function.definition", String.join(";", functions));
    return properties;
  }

  /** {@code stageCommandsLinuxArm64}: a bean name that binding properties can name. */
  private static String function(Platform platform) {
    StringBuilder name = new StringBuilder("stageCommands");
    for (String part : platform.dashed().split("-", -1)) {
      name.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
    }
    return name.toString();
  }

  @Override
  public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
    ResolvableType type =
        ResolvableType.forClassWithGenerics(
            Consumer.class, ResolvableType.forClassWithGenerics(Message.class, byte[].class));
    List<Platform> platforms = platforms();
    // Bound by Spring Cloud Stream only after this; anything configured by hand wins.
    environment
        .getPropertySources()
        .addLast(new MapPropertySource("stage-commands", bindings(platforms)));
    BeanFactory beans = (BeanFactory) registry;
    for (Platform platform : platforms) {
      RootBeanDefinition consumer = new RootBeanDefinition();
      consumer.setTargetType(type);
      consumer.setInstanceSupplier(() -> beans.getBean(HeldRecords.class).listener());
      registry.registerBeanDefinition(function(platform), consumer);
    }
  }

  private List<Platform> platforms() {
    return Binder.get(environment)
        .bind("archway.executor.platforms", Bindable.listOf(String.class))
        .orElse(List.of())
        .stream()
        .map(Platform::parse)
        .toList();
  }
}
