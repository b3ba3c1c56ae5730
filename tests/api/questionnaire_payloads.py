"""What belongs to questionnaires, and what mutations about them answer with, for `roles`."""

VERSION_PAYLOADS = {
    "CreateQuestionnairePayload": "questionnaire userErrors",
    "ImportQuestionnairePayload": "questionnaire report userErrors",
    "ImportItem": "name outcome reason",
    "CopyQuestionnaireVersionPayload": "questionnaire userErrors",
    "UpdateQuestionnaireDraftPayload": "version userErrors",
    "TranslateQuestionnairePayload": "version userErrors",
    "PublishQuestionnaireVersionPayload": "version userErrors",
    "RetireQuestionnaireVersionPayload": "version userErrors",
    "DeleteQuestionnaireDraftPayload": "deletedVersionId questionnaire userErrors",
    "Concept": "key type wording options settings",
    "QuestionnaireFinding": "code message path isError",
    "TranslationStatus": "language translated total missing",
    "QuestionnaireContent": "title languages texts pages",
    "Translation": "language text",
    "TextContent": "key translations",
}
