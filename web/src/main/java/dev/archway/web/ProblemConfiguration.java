package dev.archway.web;

import dev.archway.contract.wire.ContractMapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** The API's JSON and its errors; for a service that checks its callers in its own way. */
@Configuration(proxyBeanMethods = false)
public class ProblemConfiguration {
  /**
   * Spring Boot makes no mapper of its own beside this one, so bodies follow the contract. Its name
   * keeps clear of Spring Cloud Function's own bean {@code jsonMapper}.
   */
  @Bean
  JsonMapper contractJson() {
    return ContractMapper.json();
  }

  @Bean
  ProblemResponses problemResponses() {
    return new ProblemResponses();
  }
}
