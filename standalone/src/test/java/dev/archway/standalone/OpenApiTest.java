package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ProblemDocument;
import dev.archway.gateway.access.ApiDocument;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The API's document says what the services do, all of it and nothing else. */
class OpenApiTest {
  private static final String GATEWAY = "dev.archway.gateway";
  private static final Map<String, String> SERVICES =
      Map.of(
          "PLANNER",
          "dev.archway.planner",
          "REGISTRY",
          "dev.archway.registry",
          "LOGS",
          "dev.archway.log",
          "GATEWAY",
          GATEWAY);

  private final ApiDocument document = ApiDocument.load();

  @Test
  void theDocumentAndTheControllersAreEqual() throws Exception {
    // What Spring's actuator answers has no controller here.
    Set<String> written =
        document.operations().stream()
            .filter(operation -> !operation.path().getPatternString().startsWith("/actuator/"))
            .map(operation ->
                "%s %s %s"
                    .formatted(
                        SERVICES.get(operation.service().name()),
                        operation.method(),
                        operation.path().getPatternString()))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> there = new TreeSet<>();
    for (String service : SERVICES.values()) {
      for (Class<?> controller : controllers(service)) {
        for (Method method : controller.getDeclaredMethods()) {
          there.addAll(mapped(service, controller, method));
        }
      }
    }
    assertThat(written).isEqualTo(there);
  }

  @Test
  void operationsHaveNamesOfTheirOwn() {
    assertThat(document.operations()).extracting("id").doesNotHaveDuplicates();
  }

  @Test
  void bodiesHaveTheFieldsThatTheDocumentTells() throws Exception {
    Map<String, List<String>> told = new LinkedHashMap<>();
    Map<String, List<String>> written = new LinkedHashMap<>();
    Map<?, ?> schemas = section(section(document.document(), "components"), "schemas");
    for (Map.Entry<?, ?> schema : schemas.entrySet()) {
      Class<?> type = body(schema.getKey().toString());
      if (type != null
          && ((Map<?, ?>) schema.getValue()).get("properties") instanceof Map<?, ?> p) {
        told.put(type.getSimpleName(), p.keySet().stream().map(Object::toString).toList());
        written.put(
            type.getSimpleName(),
            Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList());
      }
    }
    assertThat(told).isEqualTo(written).isNotEmpty();
  }

  private static @Nullable Class<?> body(String name) {
    for (String place :
        List.of(
            ProblemDocument.class.getPackageName(),
            "dev.archway.contract.failure",
            GATEWAY + ".access",
            GATEWAY + ".token",
            GATEWAY + ".audit")) {
      try {
        Class<?> type = Class.forName(place + "." + name);
        return type.isRecord() ? type : null;
      } catch (ClassNotFoundException _) {
        // Perhaps in the next place.
      }
    }
    return null;
  }

  private static List<Class<?>> controllers(String place) throws ClassNotFoundException {
    ClassPathScanningCandidateComponentProvider scan =
        new ClassPathScanningCandidateComponentProvider(false);
    scan.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
    List<Class<?>> found = new java.util.ArrayList<>();
    for (BeanDefinition controller : scan.findCandidateComponents(place)) {
      found.add(Class.forName(controller.getBeanClassName()));
    }
    return found;
  }

  private static Set<String> mapped(String service, Class<?> controller, Method method) {
    RequestMapping mapping =
        AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
    if (mapping == null) {
      return Set.of();
    }
    RequestMapping all =
        AnnotatedElementUtils.findMergedAnnotation(controller, RequestMapping.class);
    // The front page is for people, what is internal for services.
    return paths(all)
        .flatMap(prefix -> paths(mapping).map(prefix::concat))
        .filter(path -> !path.equals("/") && !path.startsWith("/internal/"))
        .flatMap(path ->
            Stream.of(mapping.method())
                .map(verb -> "%s %s %s".formatted(service, verb.name(), path)))
        .collect(Collectors.toSet());
  }

  private static Map<?, ?> section(Map<?, ?> of, String key) {
    return (Map<?, ?>) Objects.requireNonNull(of.get(key), key);
  }

  private static Stream<String> paths(@Nullable RequestMapping mapping) {
    return mapping == null || mapping.path().length == 0
        ? Stream.of("")
        : Stream.of(mapping.path());
  }
}
