@RestController
class RuleController {
    @PostMapping("/rules")
    Object run(@RequestBody String rule) {
        ExpressionParser parser = new SpelExpressionParser();
        // ruleid: java.expression-injection
        return parser.parseExpression(rule).getValue();
    }

    @PostMapping("/limited")
    Object limited(@RequestBody String rule) {
        ExpressionParser parser = new SpelExpressionParser();
        SimpleEvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding().build();
        // ok: java.expression-injection
        return parser.parseExpression(rule).getValue(context);
    }

    @PostMapping("/fixed")
    Object fixed(@RequestBody Order order) {
        ExpressionParser parser = new SpelExpressionParser();
        // ok: java.expression-injection
        return parser.parseExpression("total > 10").getValue(order);
    }

    @PostMapping("/script")
    Object script(@RequestBody Script script, ScriptEngine engine) throws ScriptException {
        // ruleid: java.expression-injection
        return engine.eval(script.getSource());
    }
}
