package dev.archway.observability;

import io.opentelemetry.api.OpenTelemetry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Traces for a service whose work comes over the bus. */
@Configuration(proxyBeanMethods = false)
public class ObservabilityConfiguration {
  @Bean
  Traces traces(ObjectProvider<OpenTelemetry> telemetry) {
    return new Traces(telemetry.getIfAvailable(OpenTelemetry::noop));
  }
}
