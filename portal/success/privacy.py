from portal.lib.privacy import Fate, decide

decide(
    {
        "success.Health": {Fate.LINK: "organization", Fate.FIGURE: "parts"},
        "success.HealthWeight": {Fate.HOUSE: "part"},
    }
)
