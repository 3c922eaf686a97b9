using System.Text.Json;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Node.Configuration;
using LogosActors.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace LogosActors.Node.Tests;

/// <summary>Which actor a line of the log is from.</summary>
public sealed class ActorLogTests
{
    [Fact]
    public async Task A_line_in_JSON_has_the_class_that_logs_and_the_whole_path_of_the_actor()
    {
        var line = JsonDocument.Parse(await LineOfAsync(LogFormat.Json, "logos-16Uiu2HAm", "hello")).RootElement;

        Assert.Equal("akka://test/user/logos-16Uiu2HAm/sends", line.GetProperty("actor").GetString());
        Assert.EndsWith(".Talker", line.GetProperty("topics").GetString(), StringComparison.Ordinal);
        Assert.Equal("said hello", line.GetProperty("msg").GetString());
    }

    [Theory]
    [InlineData("logos-16Uiu2HAm", "/sends")]
    [InlineData("history", "/history/sends")]
    public async Task A_line_for_people_has_the_path_beneath_the_node(string parent, string path) =>
        Assert.EndsWith($" said hello  [{path}]", await LineOfAsync(LogFormat.Text, parent, "hello"), StringComparison.Ordinal);

    [Theory]
    [InlineData(LogFormat.Text, "[/sends]")]
    [InlineData(LogFormat.Json, "\"actor\":\"akka://test/user/logos-1/sends\"")]
    public async Task A_failure_is_logged_in_the_name_of_the_actor_that_failed(LogFormat format, string actor) =>
        Assert.Contains(actor, await LineOfAsync(format, "logos-1", new InvalidDataException("said hello")), StringComparison.Ordinal);

    [Fact]
    public void What_no_actor_logs_has_no_path()
    {
        var lines = new CapturedLines();
        using (var loggers = NodeLogging.Create(new LogSettings { Format = LogFormat.Json }, new LogLevelSwitch(LogThreshold.Info), lines))
            loggers.CreateLogger("logos").LogInformation("Node setup complete");

        Assert.False(JsonDocument.Parse(lines.Text).RootElement.TryGetProperty("actor", out _));
    }

    static async Task<string> LineOfAsync(LogFormat format, string parent, object message)
    {
        var lines = new CapturedLines();
        using var loggers = NodeLogging.Create(new LogSettings { Format = format }, new LogLevelSwitch(LogThreshold.Info), lines);
        var system = LogosSystem.Create("test", loggers);
        system.ActorOf(Props.Create(() => new Parent()), parent).Tell(message);
        var line = await lines.WaitForAsync("said hello");
        await system.Terminate();
        return line;
    }

    sealed class Parent : UntypedActor
    {
        readonly IActorRef _child = Context.ActorOf(Props.Create(() => new Talker()), "sends");

        protected override void OnReceive(object message) => _child.Tell(message);
    }

    sealed class Talker : SupervisedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Exception cause)
                throw cause;
            Log.Info("said {0}", message);
        }
    }
}
