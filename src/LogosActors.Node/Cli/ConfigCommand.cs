using System.CommandLine;
using LogosActors.Configuration;
using LogosActors.Node.Configuration;
using Microsoft.Extensions.Configuration;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary><c>logos config show</c>: the settings in effect, and where each comes from.</summary>
internal static class ConfigCommand
{
    public static Command Create(Terminal terminal)
    {
        var show = new Command("show", "Checks the configuration, and shows each setting with its value and where that is from.").Teaching("""
            A value is from a file and line, an environment variable, a flag, a preset, or the default. Secrets are not shown.
            """);
        var flags = new NodeFlagOptions(show);
        show.SetAction(parsed =>
        {
            var configuration = flags.Read(parsed);
            var settings = ConfigurationLoader.Bind(configuration);
            flags.WithoutEffect(parsed);
            terminal.Result(Effective(configuration, settings), Show);
            return ExitCode.Done;
        });
        var reference = new Command("reference", "Lists every setting with what it accepts, its default and its meaning.");
        reference.SetAction(_ =>
        {
            IReadOnlyList<OptionsSetting> settings =
            [
                .. OptionsReference.Describe<NodeSettings>(ConfigurationLoader.Section), .. OptionsReference.Describe<ChannelSettings>(ChannelSettings.Section),
            ];
            terminal.Result(settings, Show);
            return ExitCode.Done;
        });
        return new Command("config", "Shows the configuration, and explains it.") { show, reference };
    }

    static List<EffectiveSetting> Effective(IConfigurationRoot configuration, NodeSettings settings)
    {
        var preset = ConfigurationLoader.PresetOf(configuration);
        // What only the preset makes different comes from it.
        var ofPreset = OptionsReference.Describe(ConfigurationLoader.Section, ConfigurationLoader.DefaultsOf(preset))
            .Except(OptionsReference.Describe<NodeSettings>(ConfigurationLoader.Section)).Select(setting => (setting.Key, setting.Default)).ToHashSet();
        // The reference writes any record's values: here the effective ones stand where it expects defaults.
        return
        [
            .. OptionsReference.Describe(ConfigurationLoader.Section, settings)
                .Select(setting => (Setting: setting, Origin: ConfigurationOrigins.Of(configuration, setting.Key.Replace('.', ':'))))
                .Select(found => new EffectiveSetting(
                    found.Setting.Key, found.Setting.Default ?? (found.Origin is null ? "null" : "(secret)"),
                    found.Origin?.ToString() ?? (ofPreset.Contains((found.Setting.Key, found.Setting.Default)) ? $"preset {preset!.Name}" : "default"))),
        ];
    }

    static void Show(IAnsiConsole console, IReadOnlyList<OptionsSetting> settings)
    {
        foreach (var setting in settings)
        {
            console.WriteLine($"{setting.Key} = {setting.Default ?? "(secret)"}");
            console.WriteLine($"    {setting.Documentation}");
            console.WriteLine($"    Accepts {setting.Accepts}{(setting.Range is { } range ? $", {range}" : "")}.");
        }
    }

    static void Show(IAnsiConsole console, List<EffectiveSetting> settings)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Setting", "Value", "From");
        foreach (var setting in settings)
            table.AddRow(new Text(setting.Setting), new Text(setting.Value), new Text(setting.Origin));
        console.Write(table);
    }

    sealed record EffectiveSetting(string Setting, string Value, string Origin);
}
